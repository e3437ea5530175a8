"use client";

import { useQuery } from "@tanstack/react-query";
import type { KpiLive } from "@tapline/core/kpi";
import dynamic from "next/dynamic";
import { memo, useState } from "react";
import { api } from "../../client/api.ts";
import { formatAge } from "../../client/format.ts";
import { loadPart } from "../../client/load-part.ts";
import { type Live, useLive } from "../../client/use-live.ts";
import * as strings from "../../strings/generated/overview/overview.ts";
import { rich } from "../../strings/rich.tsx";
import { NoFigures, OverviewSkeleton } from "./empty-states.tsx";
import { HistoryPanels } from "./history-panels.tsx";
import { LastActs } from "./last-acts.tsx";
import { Tiles } from "./tiles.tsx";
import { WayOfATap } from "./way-of-a-tap.tsx";
import { WrongList } from "./wrong-list.tsx";

const FirstVisit = dynamic(
  () => loadPart(() => import("./first-visit.tsx")).then((part) => part.FirstVisit),
  { ssr: false },
);

const refreshMs = 10_000;

/** How everything runs, at one look: the way of a tap, the indicators, the last hour. `first`: what is shown until the first answer. */
export function Overview({ first }: { first: KpiLive | null }) {
  const live = useLive(first);
  const history = useQuery({
    ...api.kpi.history.queryOptions(),
    enabled: live.connection !== "signed-out",
    refetchInterval: refreshMs,
  });
  const isTrusted = live.connection === "live" || live.connection === "recovering";
  return (
    <div data-stale={!isTrusted}>
      <div className="mb-3 flex items-baseline gap-3">
        <h1 className="text-lg font-semibold tracking-tight">{strings.overview}</h1>
        <Age live={live} />
      </div>
      <Body
        {...{ live: live.live, isAnswered: live.isAnswered, history: history.data }}
        isHistoryFailed={history.isError}
      />
    </div>
  );
}

function Age({ live }: { live: Live }) {
  if (live.ageMs === null) return null;
  return (
    <p className="text-xs text-ink-faint" data-testid="age">
      {rich(strings.figuresSpanOld, { span: <span className="age">{formatAge(live.ageMs)}</span> })}
    </p>
  );
}

/** Drawn anew with each picture, and not with each look at how old the last one is. */
const Body = memo(function Body({
  live,
  isAnswered,
  history,
  isHistoryFailed,
}: Pick<Live, "live" | "isAnswered"> & {
  history: Parameters<typeof HistoryPanels>[0]["history"];
  isHistoryFailed: boolean;
}) {
  // Whoever has seen that there are none is told of the first one.
  const [isFirstVisit, setFirstVisit] = useState(false);
  if (live === null) return isAnswered ? <NoFigures /> : <OverviewSkeleton />;
  const hasTap = live.totals.ingested > 0;
  if (!hasTap && !isFirstVisit) setFirstVisit(true);
  return (
    <>
      <WrongList live={live} />
      {isFirstVisit ? <FirstVisit hasTap={hasTap} onClose={() => setFirstVisit(false)} /> : null}
      <div className="space-y-3">
        <WayOfATap live={live} />
        <Tiles live={live} history={history} />
        <LastActs />
        <HistoryPanels history={history} isFailed={isHistoryFailed} />
      </div>
    </>
  );
});
