import type { HistoryFigures, KpiHistory, KpiLive } from "@tapline/core/kpi";
import { formatAge, formatCount, formatMs, formatRate } from "../../client/format.ts";
import * as strings from "../../strings/generated/overview/tiles.ts";
import { rich } from "../../strings/rich.tsx";
import { recentValues } from "./history-series.ts";
import { waitsTooLong } from "./limits.ts";
import { RejectsTile } from "./rejects-tile.tsx";
import { RestoreTile } from "./restore-tile.tsx";
import { Figure, Tile } from "./tile.tsx";

const trendMs = 600_000;

/** The indicators of the live picture, each with unit, window and trend. */
export function Tiles({ live, history }: { live: KpiLive; history: KpiHistory | undefined }) {
  const trend = (of: (figures: HistoryFigures) => number | null) => recentValues(history, trendMs, of);
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-12">
      <Tile
        name={strings.tapsIn}
        window={strings.meanOf5S}
        trend={trend((f) => f.ingestedPerSecond)}
        className="lg:col-span-3"
        testId="taps-in"
      >
        <Figure value={formatRate(live.tapsPerSecond)} unit={strings.tapsS} />
      </Tile>
      <Tile
        name={strings.archived}
        window={strings.meanOf5S}
        trend={trend((f) => f.archivedPerSecond)}
        className="lg:col-span-3"
        testId="archived"
      >
        <Figure value={formatRate(live.archivedPerSecond)} unit={strings.tapsS} />
      </Tile>
      <Tile
        name={strings.backlog}
        window={strings.now}
        trend={trend((f) => f.backlog)}
        className="lg:col-span-3"
        testId="backlog"
      >
        <div className="flex flex-wrap items-baseline justify-between gap-x-3 gap-y-1">
          <Figure value={formatCount(live.backlog)} unit={strings.taps({ backlog: live.backlog })} />
          <OldestAge oldestAgeMs={live.oldestAgeMs} />
        </div>
      </Tile>
      <Tile
        name={strings.duplicates}
        window={strings.last60S}
        trend={trend((f) => f.duplicatesPerSecond)}
        className="lg:col-span-3"
        testId="duplicates"
      >
        <Figure value={formatCount(live.duplicates)} unit={strings.tapsKnownBefore} />
      </Tile>
      <LatencyTile live={live} trend={trend((f) => f.tapToArchiveMs.p99)} />
      <RejectsTile rejects={live.rejects} />
      <TotalsTile live={live} />
      <RestoreTile live={live} />
    </div>
  );
}

function OldestAge({ oldestAgeMs }: { oldestAgeMs: number | null }) {
  if (oldestAgeMs === null) return <span className="text-xs text-ink-faint">{strings.nothingWaits}</span>;
  const age = <span className="age">{formatAge(oldestAgeMs)}</span>;
  if (!waitsTooLong(oldestAgeMs))
    return <span className="text-xs text-ink-soft">{rich(strings.oldestAge, { age })}</span>;
  return (
    <span className="rounded bg-warning-surface px-1.5 py-0.5 text-xs font-medium text-warning">
      <span aria-hidden>▲ </span>
      {rich(strings.oldestWaitsTooLongAge, { age })}
    </span>
  );
}

function LatencyTile({ live, trend }: { live: KpiLive; trend: (number | null)[] }) {
  const { p50, p95, p99, count } = live.tapToArchiveMs;
  return (
    <Tile
      name={strings.tapArchive}
      window={strings.last60S}
      trend={trend}
      trendWindow={strings.p9910Min}
      className="col-span-2 lg:col-span-4"
      testId="latency"
    >
      <dl className="grid grid-cols-3 gap-2">
        {Object.entries({ p50, p95, p99 }).map(([name, ms]) => (
          <div key={name}>
            <dt className="text-xs text-ink-faint">{name}</dt>
            <dd className="mt-1 flex items-baseline gap-1">
              <span className="figure text-2xl leading-none font-medium">{formatMs(ms)}</span>
              {ms === null ? null : <span className="text-xs text-ink-faint">{strings.ms}</span>}
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 text-xs text-ink-faint">
        {count === 0
          ? noneMeasured(live)
          : rich(strings.ofTaps, { count, figure: (words) => <span className="figure">{words}</span> })}
      </p>
    </Tile>
  );
}

/** Why there is no latency to show. */
function noneMeasured({ silent }: KpiLive): string {
  return silent.includes("transfer") ? strings.notKnownTransferIsNot : strings.noTapWasArchivedIn;
}

const totalNames = [
  ["ingested", strings.taken],
  ["archived", strings.archived],
  ["duplicates", strings.duplicates],
  ["rejected", strings.rejected],
  ["segments", strings.segments],
] as const;

function TotalsTile({ live }: { live: KpiLive }) {
  return (
    <Tile
      name={strings.totals}
      window={strings.sinceTheBeginning}
      className="col-span-2 lg:col-span-4"
      testId="totals"
    >
      <dl className="flex flex-1 flex-col justify-between gap-1 text-sm">
        {totalNames.map(([key, name]) => (
          <div
            key={key}
            className="flex items-baseline justify-between border-b border-line pb-1 last:border-0 last:pb-0"
          >
            <dt className="text-ink-soft">{name}</dt>
            <dd className="figure">{formatCount(live.totals[key])}</dd>
          </div>
        ))}
      </dl>
    </Tile>
  );
}
