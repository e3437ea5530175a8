"use client";

import type { KpiHistory } from "@tapline/core/kpi";
import { useId } from "react";
import {
  CartesianGrid,
  type DotItemDotProps,
  Line,
  LineChart,
  ReferenceArea,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { ChartFrame } from "../../client/chart/frame.tsx";
import { timeTicks } from "../../client/chart/time-ticks.ts";
import { useBrush } from "../../client/chart/use-brush.ts";
import { useZoom } from "../../client/chart/use-zoom.ts";
import { formatTime } from "../../client/format.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";
import { DrawnOver, GapHatch, HollowEnd, tick } from "../../ui/chart-parts.tsx";
import {
  highestValue,
  historyGaps,
  historyIn,
  historyRows,
  historyTable,
  type SeriesSpec,
  tickNames,
} from "./history-series.ts";
import { HistoryTooltip } from "./history-tooltip.tsx";

/** What is pointed at in one chart of the page is shown in the others, too. */
const crosshair = "overview";

export interface HistoryChartProps {
  title: string;
  /** Over what time, by which unit, in which zone. */
  note: string;
  history: KpiHistory;
  series: readonly SeriesSpec[];
  unit: string;
  format: (value: number) => string;
  zone: TimeZoneChoice;
}

/** Lines over the last hour: gaps are hatched, the unfinished bucket is dotted. Draws only; see history-series. */
export function HistoryChart({ title, note, history: all, series, unit, format, zone }: HistoryChartProps) {
  const hatch = useId();
  const { startEpochMs, bucketMs } = all;
  const zoom = useZoom(
    { fromEpochMs: startEpochMs, untilEpochMs: startEpochMs + all.buckets.length * bucketMs },
    bucketMs,
  );
  const { handlers, over } = useBrush(zoom.show);
  const history = historyIn(all, zoom.shown);
  const endEpochMs = history.startEpochMs + history.buckets.length * history.bucketMs;
  const rows = historyRows(history, series);
  const highest = highestValue(rows, series);
  const ticks = timeTicks(history.startEpochMs, endEpochMs, 6);
  const isBySeconds = (ticks[1] ?? 0) - (ticks[0] ?? 0) < 60_000;
  return (
    <ChartFrame
      zoom={zoom}
      words={{ title, note, legend: series }}
      table={() => historyTable(title, history, series, unit)}
    >
      <LineChart
        data={rows}
        margin={{ top: 8, right: 22, bottom: 0, left: 0 }}
        {...handlers}
        syncId={crosshair}
        syncMethod="value"
      >
        <GapHatch id={hatch} />
        <CartesianGrid vertical={false} stroke="var(--chart-grid)" />
        <XAxis
          dataKey="at"
          type="number"
          domain={[history.startEpochMs, endEpochMs]}
          ticks={ticks}
          tickFormatter={(epochMs: number) => formatTime(epochMs, zone, isBySeconds)}
          {...{ tick, tickLine: false, stroke: "var(--line)" }}
        />
        <YAxis
          width={52}
          domain={highest > 0 ? [0, "auto"] : [0, 1]}
          tickFormatter={tickNames(highest, unit)}
          {...{ tick, tickLine: false, axisLine: false, tickCount: 5 }}
        />
        {historyGaps(history).map((gap) => (
          <ReferenceArea
            key={gap.from}
            x1={gap.from}
            x2={gap.to}
            fill={`url(#${hatch})`}
            fillOpacity={1}
            stroke="none"
          />
        ))}
        {over === null ? null : <DrawnOver {...over} />}
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: "var(--line-strong)" }}
          content={<HistoryTooltip {...{ series, format, zone, bucketMs: history.bucketMs }} />}
        />
        {series.map((spec) => (
          <Line key={spec.key} {...lineOf(spec)} />
        ))}
        {series.map((spec) => (
          <Line key={`${spec.key}:tail`} {...tailOf(spec)} />
        ))}
      </LineChart>
    </ChartFrame>
  );
}

function lineOf({ key, color, dash }: SeriesSpec) {
  return {
    ...({ dataKey: key, type: "linear", stroke: `var(${color})`, strokeWidth: 1.75 } as const),
    ...{ dot: false, activeDot: { r: 3 }, connectNulls: false, isAnimationActive: false },
    ...(dash === undefined ? {} : { strokeDasharray: dash }),
  };
}

/** Thin and dotted, with a hollow end: what is still being counted. */
function tailOf(spec: SeriesSpec) {
  return {
    ...lineOf(spec),
    dataKey: `${spec.key}:tail`,
    ...{ strokeWidth: 1.25, strokeDasharray: "1 3", strokeLinecap: "round" as const, activeDot: false },
    dot: ({ key, cx, cy, payload }: DotItemDotProps) => (
      <HollowEnd
        key={key}
        {...{ cx, cy, isUnfinished: isUnfinished(payload) }}
        stroke={`var(${spec.color})`}
      />
    ),
  };
}

function isUnfinished(row: unknown): boolean {
  return typeof row === "object" && row !== null && "unfinished" in row && row.unfinished === true;
}
