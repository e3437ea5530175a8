"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { NoList, Unread } from "../../client/list-states.tsx";
import { loadPart } from "../../client/load-part.ts";
import { useAddressView } from "../../client/use-address-view.ts";
import { useArchiveOverview, useRefused, useRefusedReasons } from "../../client/use-archive.ts";
import { useListCursor } from "../../client/use-list-cursor.ts";
import { useNow } from "../../client/use-now.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import type { RefusedFilter } from "../../contracts/archive.ts";
import * as strings from "../../strings/generated/archive/quarantine.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { EmptyFrame } from "../../ui/empty-frame.tsx";
import { WithSidePane } from "../../ui/side-pane.tsx";
import { RefusedFilterBar } from "./refused-filter-bar.tsx";
import { RefusedList, tapName } from "./refused-list.tsx";
import { RefusedPane } from "./refused-pane.tsx";
import { type RefusedView, refusedAddress } from "./view.ts";

const ReplayDialog = dynamic(
  () => loadPart(() => import("./replay-dialog.tsx")).then((part) => part.ReplayDialog),
  {
    ssr: false,
  },
);

/** Taps that validation refused: why, of which agent, and what became of them. */
export function Quarantine() {
  const { view, change } = useAddressView(refusedAddress);
  const { overview } = useArchiveOverview();
  const list = useRefused(filterOf(view));
  const reasons = useRefusedReasons({ ...filterOf(view), reason: undefined });
  const mayOperate = useMayOperate();
  const [isReplaying, setReplaying] = useState(false);
  useNow(1_000);
  const ids = list.items.map(tapName);
  const cursor = useListCursor(strings.quarantine, "tap", ids, { open: view.open, change });
  return (
    <div data-stale={list.isFailed} className="flex flex-1 flex-col">
      <div className="mb-2 flex min-h-9 flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="mr-auto text-lg font-semibold tracking-tight">{strings.quarantine}</h1>
        {mayOperate ? (
          <Button kind="outline" onClick={() => setReplaying(true)}>
            {strings.replay}
          </Button>
        ) : (
          <p className="text-sm text-ink-faint">{strings.replayingNeedsTheRoleOperator}</p>
        )}
      </div>
      {list.isFailed && list.items.length > 0 ? (
        <Unread what={strings.refusedTaps} heardEpochMs={list.heardEpochMs} />
      ) : null}
      <WithSidePane
        name={strings.theOpenTap}
        list={
          <Card aria-label={strings.listOfRefusedTaps} className="flex min-h-0 flex-col overflow-hidden">
            <RefusedFilterBar {...{ view, reasons }} sites={overview?.sites ?? []} onChange={change} />
            {list.items.length > 0 ? (
              <RefusedList
                taps={list.items}
                cursor={cursor.index}
                onMove={cursor.moveTo}
                onOpen={(open) => change({ open })}
                onEnd={list.hasMore ? list.loadMore : undefined}
              />
            ) : (
              <NoList
                what={strings.refusedTaps}
                list={list}
                isNarrowed={view.reason !== null || view.site !== null || view.agent !== null}
                onEnd={list.loadMore}
                empty={<NothingRefused />}
              />
            )}
          </Card>
        }
        pane={
          view.open === null ? null : (
            <RefusedPane
              name={view.open}
              tap={list.items.find((tap) => tapName(tap) === view.open) ?? null}
              isAnswered={list.isAnswered}
              onClose={() => change({ open: null })}
              onAgent={(agent) => change({ agent })}
            />
          )
        }
      />
      {isReplaying ? <ReplayDialog view={view} onClose={() => setReplaying(false)} /> : null}
    </div>
  );
}

function filterOf({ reason, site, agent }: RefusedView): RefusedFilter {
  return {
    ...(reason === null ? {} : { reason }),
    ...(site === null ? {} : { site }),
    ...(agent === null ? {} : { agent }),
  };
}

function NothingRefused() {
  return <EmptyFrame title={strings.noTapWasRefused}>{strings.whatValidationRefusesIsKept}</EmptyFrame>;
}
