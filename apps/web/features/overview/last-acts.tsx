"use client";

import { useQuery } from "@tanstack/react-query";
import type { ShownEntry } from "@tapline/core/audit";
import { api } from "../../client/api.ts";
import { useAsking } from "../../client/asking.ts";
import { formatDayTime, zoneName } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import type { AuditRow } from "../../contracts/audit.ts";
import { Card } from "../../ui/card.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { type Act, lastActs } from "./acts-of-people.ts";

/** Nobody tells this page of entries: they are looked at so often, ms. */
const lookMs = 5_000;

/** What people did last, as the audit log has it. */
export function LastActs() {
  const asking = useAsking(lookMs);
  const page = useQuery({
    ...api.auditBoard.page.queryOptions({ filter: {}, from: { is: "newest" } }),
    ...asking,
  });
  const acts = page.data === undefined ? undefined : lastActs(page.data.rows);
  const ids = [...new Set(acts?.map(({ entry }) => entry.actor.id) ?? [])].toSorted();
  const names = useQuery({
    ...api.auditBoard.names.queryOptions({ ids }),
    enabled: asking.enabled && ids.length > 0,
    placeholderData: (before) => before,
  });
  return (
    <Card aria-label="Last acts of people" className="p-4" data-stale={page.isError}>
      <h2 className="text-sm font-semibold">Last acts of people</h2>
      <Body {...{ acts, rows: page.data?.rows, isFailed: page.isError, names: names.data ?? {} }} />
    </Card>
  );
}

function Body({
  acts,
  rows,
  isFailed,
  names,
}: {
  acts: readonly Act[] | undefined;
  rows: readonly AuditRow[] | undefined;
  isFailed: boolean;
  names: Readonly<Record<string, string>>;
}) {
  if (acts === undefined) {
    if (isFailed)
      return (
        <p className="mt-2 text-sm text-warning">▲ The audit log could not be read. It is tried again.</p>
      );
    return <Skeleton className="mt-2 h-5 w-1/2" />;
  }
  if (acts.length === 0)
    return (
      <p className="mt-2 text-sm text-ink-faint">
        {rows?.length === 0
          ? "Nothing was done yet."
          : `None among the last ${rows?.length} entries of the audit log.`}
      </p>
    );
  return (
    <ol className="mt-1 divide-y divide-line text-sm">
      {acts.map(({ id, entry }) => (
        <ActRow key={id} entry={entry} who={names[entry.actor.id] ?? entry.actor.id} />
      ))}
    </ol>
  );
}

function ActRow({ entry: { action, subject, atEpochMs, reason }, who }: { entry: ShownEntry; who: string }) {
  const zone = useTimeZone();
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 py-1.5">
      <time
        dateTime={new Date(atEpochMs).toISOString()}
        title={`${new Date(atEpochMs).toISOString()} (UTC)`}
        className="age w-36 shrink-0 text-xs text-ink-faint"
      >
        {formatDayTime(atEpochMs, zone, serverNow(), true)} {zoneName(atEpochMs, zone)}
      </time>
      <span className="font-medium">{who}</span>
      <span className="font-mono text-xs">{action}</span>
      <span className="min-w-0 truncate text-ink-soft">{subject}</span>
      {reason === null ? null : <span className="min-w-0 truncate text-ink-soft">“{reason}”</span>}
    </li>
  );
}
