"use client";

import dynamic from "next/dynamic";
import { useMemo, useRef, useState } from "react";
import { formatCount } from "../../client/format.ts";
import { loadPart } from "../../client/load-part.ts";
import { useAddressView } from "../../client/use-address-view.ts";
import { useCursor } from "../../client/use-cursor.ts";
import { useStable } from "../../client/use-stable.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import type { AuditRow } from "../../contracts/audit.ts";
import * as strings from "../../strings/generated/audit/audit.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { ListSkeleton } from "../../ui/list-skeleton.tsx";
import { WithSidePane } from "../../ui/side-pane.tsx";
import { AuditList, isScrolledUp } from "./audit-list.tsx";
import { AuditPane } from "./audit-pane.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { EmptyList, Unread } from "./list-states.tsx";
import { Searching } from "./searching.tsx";
import { useAuditKeys } from "./use-audit-keys.ts";
import { type Log, useLog } from "./use-log.ts";
import { useNames } from "./use-names.ts";
import { type AuditView, auditAddress, filterOf, isFiltered } from "./view.ts";

const GoToDialog = dynamic(
  () => loadPart(() => import("./go-to-dialog.tsx")).then((part) => part.GoToDialog),
  {
    ssr: false,
  },
);

const ExportDialog = dynamic(
  () => loadPart(() => import("./export-dialog.tsx")).then((part) => part.ExportDialog),
  {
    ssr: false,
  },
);
const VerifyDialog = dynamic(
  () => loadPart(() => import("./verify-dialog.tsx")).then((part) => part.VerifyDialog),
  {
    ssr: false,
  },
);

type Asked = "go-to" | "export" | "verify" | null;

/** The audit log: who did what, the newest first, as it comes; one entry whole beside it; exports and checks. */
export function Audit() {
  const { view, change } = useAddressView(auditAddress);
  const scroller = useRef<HTMLDivElement>(null);
  const textField = useRef<HTMLInputElement>(null);
  const [asked, setAsked] = useState<Asked>(null);
  const [verified, setVerified] = useState<AuditRow | null>(null);
  const log = useLog(filterOf(view), () => isScrolledUp(scroller.current));
  const rows = useMemo(() => log.window?.rows ?? [], [log.window]);
  const names = useNames(rows);
  const ids = useMemo(() => rows.map(({ id }) => id), [rows]);
  const cursor = useCursor(ids, view.open !== null && ids.includes(view.open) ? view.open : null);
  const goTo: Log["goTo"] = async (target) => {
    await log.goTo(target);
    cursor.moveTo(target.is === "oldest" ? ids.length - 1 : 0);
    requestAnimationFrame(() => {
      const element = scroller.current;
      element?.scrollTo({ top: target.is === "oldest" ? element.scrollHeight : 0 });
    });
  };
  const go = (target: Parameters<Log["goTo"]>[0]) => void goTo(target).catch(() => {});
  const toShow = useRef<string | null>(view.open);
  const moveTo = (index: number) => {
    const id = cursor.moveTo(index);
    toShow.current = id;
    if (view.open !== null && id !== null) change({ open: id });
  };
  const onOpen = useStable((id: string) => change({ open: id }));
  const open = rows.find(({ id }) => id === view.open) ?? null;
  const verify = (row: AuditRow | null) => {
    setVerified(row);
    setAsked("verify");
  };
  useAuditKeys({
    move: (by) => moveTo(cursor.index + by),
    open: () => change({ open: rows[cursor.index]?.id ?? null }),
    close: () => change({ open: null }),
    newest: () => go({ is: "newest" }),
    goTo: () => setAsked("go-to"),
    verify: () => verify(open),
    textField,
  });
  return (
    <div data-stale={log.error !== null} className="flex flex-1 flex-col">
      <Head onAsk={setAsked} onVerify={() => verify(open)} />
      <WithSidePane
        name={strings.theOpenEntry}
        list={
          <Card aria-label={strings.theLog} className="relative flex min-h-0 flex-col overflow-hidden">
            <FilterBar {...{ view, names, textField }} onChange={change} />
            {log.error === null ? null : <Unread error={log.error} isShown={rows.length > 0} />}
            <Fresh count={log.window?.fresh ?? 0} onClick={() => go({ is: "newest" })} />
            {log.window !== null && rows.length > 0 ? (
              <AuditList
                {...{ window: log.window, names, scroller, toShow, cursor: cursor.index, onOpen }}
                onMove={moveTo}
                onEnd={(end) => go({ is: end })}
                onMore={log.more}
                onSeen={log.seen}
              />
            ) : (
              <Nothing log={log} view={view} />
            )}
            {log.window === null ? null : <Searching window={log.window} onMore={log.more} />}
          </Card>
        }
        pane={
          view.open === null ? null : (
            <AuditPane
              {...{ id: view.open, names, row: open }}
              onClose={() => change({ open: null })}
              onFilter={change}
              onVerify={verify}
            />
          )
        }
      />
      {asked === "export" ? <ExportDialog view={view} onClose={() => setAsked(null)} /> : null}
      {asked === "verify" ? <VerifyDialog open={verified} onClose={() => setAsked(null)} /> : null}
      {asked === "go-to" ? <GoToDialog goTo={goTo} onClose={() => setAsked(null)} /> : null}
    </div>
  );
}

function Head({ onAsk, onVerify }: { onAsk: (asked: Asked) => void; onVerify: () => void }) {
  const mayOperate = useMayOperate();
  return (
    <div className="mb-3 flex min-h-9 flex-wrap items-center gap-2">
      <h1 className="mr-auto text-lg font-semibold tracking-tight">{strings.audit}</h1>
      <Button kind="outline" onClick={() => onAsk("go-to")}>
        {strings.goTo}
      </Button>
      <Button kind="outline" onClick={onVerify}>
        {strings.verify}
      </Button>
      {mayOperate ? (
        <Button kind="outline" onClick={() => onAsk("export")}>
          {strings.exportWord}
        </Button>
      ) : null}
    </div>
  );
}

/** What came while older entries are looked at: it moves nothing, and waits here. */
function Fresh({ count, onClick }: { count: number; onClick: () => void }) {
  return (
    <div role="status" className="pointer-events-none absolute inset-x-0 bottom-3 z-1 flex justify-center">
      {count === 0 ? null : (
        <Button kind="primary" className="pointer-events-auto h-9 shadow-lg" onClick={onClick}>
          <span aria-hidden>↑</span>
          {strings.countNew({ count: formatCount(count) })}
        </Button>
      )}
    </div>
  );
}

function Nothing({ log, view }: { log: Log; view: AuditView }) {
  const isSearching = log.window?.searched.older != null;
  if (log.window !== null && !isSearching) return <EmptyList isFiltered={isFiltered(view)} />;
  return log.error === null ? <ListSkeleton of={strings.entries} /> : <div className="flex-1" />;
}
