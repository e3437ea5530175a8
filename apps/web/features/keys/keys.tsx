"use client";

import dynamic from "next/dynamic";
import { useMemo } from "react";
import { formatSpan } from "../../client/format.ts";
import type { Hotkey } from "../../client/hotkeys.ts";
import { loadPart } from "../../client/load-part.ts";
import { useAddressView } from "../../client/use-address-view.ts";
import { useAsked } from "../../client/use-asked.tsx";
import { useKeys } from "../../client/use-keys.ts";
import { useListCursor } from "../../client/use-list-cursor.ts";
import { useNow } from "../../client/use-now.ts";
import { useMayAdminister } from "../../client/viewer.tsx";
import type { KeysView, KeyView } from "../../contracts/keys.ts";
import * as strings from "../../strings/generated/keys/keys.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Notice } from "../../ui/notice.tsx";
import { openPane } from "../../ui/open-pane.tsx";
import { PaneWaiting } from "../../ui/pane-waiting.tsx";
import { WithSidePane } from "../../ui/side-pane.tsx";
import { AroundParts } from "./around-parts.tsx";
import type { AskedAct } from "./asked.ts";
import { KeyPane } from "./key-pane.tsx";
import { KeyTable } from "./key-table.tsx";
import { inOrder } from "./key-words.ts";
import { RequestList } from "./request-list.tsx";
import { keysAddress } from "./view.ts";

const Dialogs = dynamic(() => loadPart(() => import("./dialogs.tsx")).then((part) => part.Dialogs), {
  ssr: false,
});

/** Whom objects are encrypted to, who can open what, and what an admin can do about it. */
export function Keys() {
  const { view: address, change } = useAddressView(keysAddress);
  const { view, isFailed, heardEpochMs } = useKeys();
  const { ask, dialog, outcome } = useAsked<AskedAct>((asked, ends) => <Dialogs asked={asked} {...ends} />);
  const keys = useMemo(() => inOrder(view?.keys ?? []), [view]);
  const found = keys.find(({ shortId }) => shortId === address.open);
  const open = found && view && { of: found, view };
  const close = () => change({ open: null });
  // Ages go on though nothing is told.
  useNow(1_000);
  const acting: Hotkey[] = [{ keys: ["e"], does: strings.addACertificate, run: () => ask({ act: "add" }) }];
  const cursor = useListCursor(
    strings.keysOfTheArchive,
    "key",
    keys.map(({ shortId }) => shortId),
    { open: address.open, change },
    useMayAdminister() ? acting : [],
  );
  return (
    <div data-stale={isFailed} className="flex flex-1 flex-col">
      <Head view={view} onAsk={ask} />
      {isFailed && view !== undefined ? <Unread heardEpochMs={heardEpochMs} /> : null}
      {outcome}
      <WithSidePane
        name={strings.theOpenKey}
        list={
          <Card aria-label={strings.keysAndWhatIsAround} className="flex min-h-0 flex-col overflow-hidden">
            <Whole
              {...{ view, isFailed, keys }}
              cursor={cursor.index}
              onOpen={(key) => change({ open: key.shortId })}
              onAsk={ask}
            />
          </Card>
        }
        pane={openPane(
          { id: address.open, item: open, isAnswered: view !== undefined, isFailed, onClose: close },
          { unknown: strings.noKeyIsCalledThis },
          (shown) => <KeyPane {...shown} onClose={close} onAsk={ask} />,
        )}
      />
      {dialog}
    </div>
  );
}

function Head({ view, onAsk }: { view: KeysView | undefined; onAsk: (asked: AskedAct) => void }) {
  const mayAdminister = useMayAdminister();
  return (
    <div className="mb-3 flex min-h-9 flex-wrap items-center gap-x-3 gap-y-2">
      <h1 className="mr-auto text-lg font-semibold tracking-tight">{strings.keys}</h1>
      {mayAdminister ? (
        <>
          {view === undefined ? null : (
            <Button onClick={() => onAsk({ act: "rule", twoPersons: !view.twoPersons })}>
              {view.twoPersons ? strings.endTheRuleOfTwo : strings.wantTwoPersons}
            </Button>
          )}
          <Button kind="outline" onClick={() => onAsk({ act: "rotate" })}>
            {strings.rotate}
          </Button>
          <Button kind="outline" onClick={() => onAsk({ act: "add" })}>
            {strings.addACertificate2}
          </Button>
        </>
      ) : (
        <p className="text-sm text-ink-faint">{strings.changingKeysNeedsTheRole}</p>
      )}
    </div>
  );
}

function Unread({ heardEpochMs }: { heardEpochMs: number }) {
  const nowEpochMs = useNow(1_000) ?? heardEpochMs;
  return (
    <div role="status">
      <Notice className="mb-3" tone="warning" title={strings.theKeysCouldNotBe}>
        {strings.whatIsShownIsWhat({ span: formatSpan(nowEpochMs - heardEpochMs) })}
      </Notice>
    </div>
  );
}

function Whole({
  view,
  isFailed,
  keys,
  cursor,
  onOpen,
  onAsk,
}: {
  view: KeysView | undefined;
  isFailed: boolean;
  keys: readonly KeyView[];
  cursor: number;
  onOpen: (key: KeyView) => void;
  onAsk: (asked: AskedAct) => void;
}) {
  if (view === undefined) {
    if (!isFailed) return <PaneWaiting isFailed={false} />;
    return (
      <div className="p-4">
        <Notice tone="warning" title={strings.theKeysCouldNotBe}>
          {strings.nothingIsKnownOfThem}
        </Notice>
      </div>
    );
  }
  return (
    <section
      aria-label={strings.ringWorkersCertificates}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys (axe: scrollable-region-focusable)
      tabIndex={0}
      className="@container min-h-0 flex-1 overflow-y-auto -outline-offset-2"
    >
      <h2 className="sr-only">{strings.theRingAndWhatIs}</h2>
      <RequestList requests={view.requests} onAsk={onAsk} />
      {keys.length === 0 ? <EmptyRing /> : <KeyTable {...{ keys, view, cursor, onOpen }} />}
      <p className="border-b border-line px-5 py-2 text-xs text-ink-faint">
        {view.twoPersons ? strings.addingRotatingAndRevokingNeed : strings.oneAdminAloneCanAdd}
      </p>
      <AroundParts view={view} />
    </section>
  );
}

function EmptyRing() {
  return (
    <div className="border-b border-line px-5 py-4 text-sm">
      <p className="font-semibold">{strings.theRingIsEmpty}</p>
      <p className="mt-1 text-ink-soft">
        {rich(strings.itIsFilledFromTapline, {
          code: (words) => <code className="font-mono text-xs">{words}</code>,
        })}
      </p>
    </div>
  );
}
