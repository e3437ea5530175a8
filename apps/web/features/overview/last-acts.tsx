"use client";

import { useQuery } from "@tanstack/react-query";
import { memo } from "react";
import { api } from "../../client/api.ts";
import { useAsking } from "../../client/asking.ts";
import { formatDayTime, zoneName } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useNow } from "../../client/use-now.ts";
import { useSites } from "../../client/viewer.tsx";
import type { LastAct, LastActs as Told } from "../../contracts/audit.ts";
import * as strings from "../../strings/generated/overview/last-acts.ts";
import { Card } from "../../ui/card.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";

/** Nobody tells this page of entries: they are looked at so often, ms. */
const lookMs = 5_000;

/** What people did last, as the audit log has it. */
export const LastActs = memo(function LastActs() {
  const { data, isError } = useQuery({
    ...api.auditBoard.lastActs.queryOptions(),
    ...useAsking(lookMs),
  });
  // An act of today is one of yesterday once the day is over.
  useNow(60_000);
  const title = useSites() === null ? strings.lastActsOfPeople : strings.lastActsAtYourSites;
  return (
    <Card aria-label={title} className="p-4" data-stale={isError}>
      <h2 className="text-sm font-semibold">{title}</h2>
      <Body {...{ told: data, isFailed: isError }} />
    </Card>
  );
});

function Body({ told, isFailed }: { told: Told | undefined; isFailed: boolean }) {
  if (told === undefined) {
    if (isFailed) return <p className="mt-2 text-sm text-warning">{strings.theAuditLogCouldNot}</p>;
    return <Skeleton className="mt-2 h-5 w-1/2" />;
  }
  if (told.acts.length === 0)
    return <p className="mt-2 text-sm text-ink-faint">{strings.nothingWasDoneYet}</p>;
  return (
    <ol className="mt-1 divide-y divide-line text-sm">
      {told.acts.map((entry) => (
        <ActRow key={entry.id} entry={entry} who={told.names[entry.actor.id] ?? entry.actor.id} />
      ))}
    </ol>
  );
}

function ActRow({ entry: { action, subject, atEpochMs, reason }, who }: { entry: LastAct; who: string }) {
  const zone = useTimeZone();
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 py-1.5">
      <time
        dateTime={new Date(atEpochMs).toISOString()}
        title={strings.momentUtc({ moment: new Date(atEpochMs).toISOString() })}
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
