"use client";

import { useQuery } from "@tanstack/react-query";
import type { HistoryFigures, KpiHistory, KpiLive } from "@tapline/core/kpi";
import { memo } from "react";
import { api } from "../../client/api.ts";
import { formatAge, formatCount, formatMs, formatRate } from "../../client/format.ts";
import { useLive } from "../../client/use-live.ts";
import * as strings from "../../strings/generated/overview/wall.ts";
import { NoFigures, OverviewSkeleton } from "./empty-states.tsx";
import { recentValues } from "./history-series.ts";
import { rejectTotal } from "./rejects.ts";
import { Figure, Tile } from "./tile.tsx";
import { WayOfATap } from "./way-of-a-tap.tsx";
import { WrongList } from "./wrong-list.tsx";

const refreshMs = 10_000;
const trendMs = 600_000;
/** So many lines have room on a screen of 1920 × 1080. */
const mostWrong = 4;

/**
 * The Overview as it is read from afar: what is wrong, the way of a tap, and the figures that say how it goes.
 * @param first what is shown until the first answer
 */
export function Wall({ first }: { first: KpiLive | null }) {
  const { live, connection, isAnswered } = useLive(first);
  const history = useQuery({
    ...api.kpi.history.queryOptions(),
    enabled: connection !== "signed-out",
    refetchInterval: refreshMs,
  });
  if (live === null) return isAnswered ? <NoFigures /> : <OverviewSkeleton />;
  const isTrusted = connection === "live" || connection === "recovering";
  return (
    <div data-stale={!isTrusted} className="flex min-h-0 flex-1 flex-col gap-3">
      <Picture live={live} history={history.data} />
    </div>
  );
}

interface Shown {
  live: KpiLive;
  history: KpiHistory | undefined;
}

/** Drawn anew with each picture, and not with each look at how old the last one is. */
const Picture = memo(function Picture({ live, history }: Shown) {
  return (
    <>
      <WayOfATap live={live} />
      <Figures live={live} history={history} />
      <div className="min-h-0 flex-1 overflow-hidden">
        <WrongList live={live} most={mostWrong} calm={strings.nothingIsWrong} />
      </div>
    </>
  );
});

function Figures({ live, history }: Shown) {
  const trend = (of: (figures: HistoryFigures) => number | null) => recentValues(history, trendMs, of);
  const { oldestAgeMs } = live;
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-5">
      <Tile name={strings.tapsIn} window={strings.meanOf5S} trend={trend((f) => f.ingestedPerSecond)}>
        <Figure value={formatRate(live.tapsPerSecond)} unit={strings.tapsS} />
      </Tile>
      <Tile name={strings.archived} window={strings.meanOf5S} trend={trend((f) => f.archivedPerSecond)}>
        <Figure value={formatRate(live.archivedPerSecond)} unit={strings.tapsS} />
      </Tile>
      <Tile
        name={strings.backlog}
        window={
          oldestAgeMs === null ? strings.nothingWaits : strings.oldestSpan({ span: formatAge(oldestAgeMs) })
        }
        trend={trend((f) => f.backlog)}
      >
        <Figure value={formatCount(live.backlog)} unit={strings.taps({ backlog: live.backlog })} />
      </Tile>
      <Tile name={strings.tapArchiveP99} window={strings.last60S} trend={trend((f) => f.tapToArchiveMs.p99)}>
        <Figure value={formatMs(live.tapToArchiveMs.p99)} unit={strings.ms} />
      </Tile>
      <Tile name={strings.rejected} window={strings.last60S} trend={trend((f) => f.rejectedPerSecond)}>
        <Figure
          value={formatCount(rejectTotal(live.rejects))}
          unit={strings.taps2({ rejected: rejectTotal(live.rejects) ?? 0 })}
        />
      </Tile>
    </div>
  );
}
