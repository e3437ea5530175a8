"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { AgentState } from "../../client/agent-state.ts";
import { api } from "../../client/api.ts";
import { useAsking } from "../../client/asking.ts";
import { formatAge, formatCount, formatRate } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useNow } from "../../client/use-now.ts";
import * as strings from "../../strings/generated/overview/site-card.ts";
import { rich } from "../../strings/rich.tsx";
import { cn } from "../../ui/cn.ts";
import { Sparkline } from "../../ui/sparkline.tsx";
import type { SiteStanding } from "./site-standing.ts";
import { Figure } from "./tile.tsx";

const [minuteMs, hourMs] = [60_000, 3_600_000] as const;
const link = "underline decoration-line-strong underline-offset-4 hover:decoration-ink";

/** One site: its agents, what waits with them, when its newest tap was archived, and at what rate they come. */
export function SiteCard({ standing, hasRate }: { standing: SiteStanding; hasRate: boolean }) {
  const { site, agents, counts, waitingTaps, lastArchivedAtEpochMs: archivedAt } = standing;
  const isCalling = counts.offline > 0;
  return (
    <li
      aria-label={site}
      className={cn(
        "flex flex-col gap-2 rounded-md border border-line border-l-4 p-3 text-sm",
        isCalling ? "border-l-warning" : "border-l-line-strong",
      )}
    >
      <p className="flex items-baseline justify-between gap-3">
        <span className="truncate font-medium">{site}</span>
        {isCalling ? (
          <span className="text-xs font-medium whitespace-nowrap text-warning">
            <span aria-hidden>▲ </span>
            {rich(strings.offlineOffline, {
              offline: <span className="figure">{formatCount(counts.offline)}</span>,
            })}
          </span>
        ) : null}
      </p>
      {hasRate ? <Rate site={site} /> : null}
      <p className="text-xs text-ink-soft">
        {agents === 0
          ? strings.noAgentStandsHere
          : rich(strings.onlineOfAgents, {
              online: <span className="figure">{formatCount(counts.online)}</span>,
              agents: <span className="figure">{formatCount(agents)}</span>,
              count: agents,
            })}
        <Others state="never-seen" {...{ counts }} />
        <Others state="revoked" {...{ counts }} />
      </p>
      <p className="text-xs text-ink-soft">
        {waitingTaps === 0
          ? strings.nothingWaitsWithThem
          : rich(strings.tapsWaitWithThem, {
              taps: <span className="figure">{formatCount(waitingTaps)}</span>,
              count: waitingTaps,
            })}
        {" · "}
        {archivedAt === null
          ? strings.noTapArchivedYet
          : rich(strings.newestArchivedAgo, {
              age: (
                <span className="age whitespace-nowrap">
                  {formatAge(Math.max(0, serverNow() - archivedAt))}
                </span>
              ),
            })}
      </p>
      <p className="mt-auto flex flex-wrap gap-x-4 text-xs">
        <Link className={link} href={`/agents?${new URLSearchParams({ site })}`}>
          {rich(strings.agentsOfSite, { site: <span className="sr-only"> {strings.ofSite({ site })}</span> })}
        </Link>
        <Link className={link} href={`/taps?${new URLSearchParams({ of: `site:${site}` })}`}>
          {rich(strings.tapsOfSite, { site: <span className="sr-only"> {strings.ofSite({ site })}</span> })}
        </Link>
        <Link className={link} href={`/alerts?${new URLSearchParams({ words: site })}`}>
          {rich(strings.alertsOfSite, { site: <span className="sr-only"> {strings.ofSite({ site })}</span> })}
        </Link>
      </p>
    </li>
  );
}

const otherWords = { "never-seen": strings.countNeverSeen, revoked: strings.countRevoked } as const;

function Others({
  state,
  counts,
}: {
  state: Exclude<AgentState, "online" | "offline">;
  counts: SiteStanding["counts"];
}) {
  return counts[state] === 0 ? null : `, ${otherWords[state]({ count: formatCount(counts[state]) })}`;
}

/** Taps that were archived, minute by minute, within the hour. */
function Rate({ site }: { site: string }) {
  useNow(10_000);
  // A minute's figure is known some seconds after its end.
  const untilEpochMs = Math.floor((serverNow() - 15_000) / minuteMs) * minuteMs;
  const { enabled } = useAsking(minuteMs);
  const { data, isError } = useQuery({
    ...api.kpi.series.queryOptions({
      ...{ kpi: "taps.archived_per_second", scope: { site }, resolutionMs: minuteMs },
      ...{ fromEpochMs: untilEpochMs - hourMs, untilEpochMs },
    }),
    enabled,
    placeholderData: (before) => before,
  });
  const points = new Map(data?.points.map(({ startEpochMs, value }) => [startEpochMs, value]));
  const values = Array.from(
    { length: hourMs / minuteMs },
    (_, i) => points.get(untilEpochMs - hourMs + i * minuteMs) ?? null,
  );
  return (
    <div className="flex items-end gap-3" data-stale={isError}>
      <Figure value={formatRate(values.at(-1) ?? null)} unit={strings.tapsSArchivedLastMinute} />
      <div className="relative h-8 min-w-12 flex-1">
        <Sparkline values={values} className="absolute inset-0 size-full" />
      </div>
    </div>
  );
}
