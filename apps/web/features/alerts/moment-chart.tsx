"use client";

import type { Alert, AlertRule } from "@tapline/core/alerts";
import { useId } from "react";
import {
  CartesianGrid,
  type DotItemDotProps,
  Line,
  LineChart,
  ReferenceArea,
  ReferenceLine,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { ChartFrame } from "../../client/chart/frame.tsx";
import { holds } from "../../client/chart/stretch.ts";
import { useBrush } from "../../client/chart/use-brush.ts";
import { useZoom } from "../../client/chart/use-zoom.ts";
import { formatDayTime, formatMoment, formatTime } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";
import { ianaZone } from "../../client/zones.ts";
import * as strings from "../../strings/generated/alerts/moment-chart.ts";
import { DrawnOver, GapHatch, HollowEnd, tick } from "../../ui/chart-parts.tsx";
import { formatFigure } from "./figures.ts";
import { gapsIn, type Moment, type MomentRow, momentTable, thresholdOf } from "./moment-series.ts";

const label = { ...tick, position: "insideTopRight" as const };
const line = {
  type: "linear",
  stroke: "var(--chart-in)",
  isAnimationActive: false,
  connectNulls: false,
} as const;

export interface MomentChartProps {
  rows: readonly MomentRow[];
  moment: Moment;
  unit: string;
  zone: TimeZoneChoice;
  alert: Pick<Alert, "message" | "raisedAtEpochMs" | "returnedAtEpochMs">;
  rule: Pick<AlertRule, "kpi" | "condition">;
}

/** A figure over time with its limit, and when its alert was raised and over; gaps are hatched, the step under way is dotted. */
export function MomentChart({ rows: all, moment, unit, zone, alert, rule }: MomentChartProps) {
  const hatch = useId();
  const { resolutionMs } = moment;
  const zoom = useZoom(moment, resolutionMs);
  const { handlers, over } = useBrush(zoom.show);
  const rows = all.filter(({ startEpochMs }) => holds(zoom.shown, startEpochMs, resolutionMs));
  const threshold = thresholdOf(rule);
  const { kpi } = rule;
  const raisedAt = formatMoment(alert.raisedAtEpochMs, zone);
  const note = strings.messageUnitRaisedRaisedAt({
    message: alert.message,
    unit,
    raisedAt,
    zone: ianaZone(zone),
  });
  return (
    <ChartFrame
      zoom={zoom}
      words={{ title: kpi, note, legend: [] }}
      table={() => momentTable({ name: kpi, unit, limit: threshold }, rows, resolutionMs)}
    >
      <LineChart data={rows} margin={{ top: 8, right: 20, bottom: 0, left: 0 }} {...handlers}>
        <GapHatch id={hatch} />
        <CartesianGrid vertical={false} stroke="var(--chart-grid)" />
        <XAxis
          dataKey="at"
          type="number"
          domain={[zoom.shown.fromEpochMs, zoom.shown.untilEpochMs]}
          tickCount={4}
          tickFormatter={(epochMs: number) => formatTime(epochMs, zone, false)}
          {...{ tick, tickLine: false, stroke: "var(--line)" }}
        />
        <YAxis
          width={84}
          domain={[
            (least: number) => Math.min(0, least),
            (most: number) => Math.max(most, threshold ?? most) || 1,
          ]}
          tickFormatter={(value: number) => formatFigure(value, unit)}
          {...{ tick, tickLine: false, axisLine: false, tickCount: 4 }}
        />
        {gapsIn(rows, resolutionMs).map(({ from, to }) => (
          <ReferenceArea key={from} x1={from} x2={to} fill={`url(#${hatch})`} fillOpacity={1} stroke="none" />
        ))}
        {threshold === null ? null : (
          <ReferenceLine
            y={threshold}
            stroke="var(--warning)"
            strokeDasharray="6 3"
            label={{ ...label, value: "limit", position: "insideBottomLeft" }}
          />
        )}
        <Turns alert={alert} />
        {over === null ? null : <DrawnOver {...over} />}
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: "var(--line-strong)" }}
          content={({ active, payload }) => {
            const row = payload?.[0]?.payload as MomentRow | undefined;
            if (!active || row === undefined) return null;
            return (
              <p className="figure rounded-md border border-line bg-surface px-3 py-2 text-xs shadow-md">
                {formatDayTime(row.startEpochMs, zone, serverNow())}
                {row.isUnfinished ? strings.notFinished : ""}: {formatFigure(row.value ?? row.tail, unit)}
              </p>
            );
          }}
        />
        <Line {...line} dataKey="value" strokeWidth={1.75} dot={false} activeDot={{ r: 3 }} />
        <Line
          {...line}
          dataKey="tail"
          strokeWidth={1.25}
          strokeDasharray="1 3"
          activeDot={false}
          dot={tailDot}
        />
      </LineChart>
    </ChartFrame>
  );
}

/** When it was raised and when it was over, one name below the other: both may have been at once. */
function Turns({ alert }: Pick<MomentChartProps, "alert">) {
  return (
    <>
      <ReferenceLine
        x={alert.raisedAtEpochMs}
        stroke="var(--line-strong)"
        label={{ ...label, value: "raised" }}
      />
      {alert.returnedAtEpochMs === null ? null : (
        <ReferenceLine
          x={alert.returnedAtEpochMs}
          stroke="var(--line-strong)"
          label={{ ...label, value: "over", dy: tick.fontSize + 2 }}
        />
      )}
    </>
  );
}

/** The step under way ends in a hollow dot. */
function tailDot({ key, cx, cy, payload }: DotItemDotProps) {
  const isUnfinished = (payload as MomentRow | undefined)?.isUnfinished === true;
  return <HollowEnd key={key} {...{ cx, cy, isUnfinished, stroke: line.stroke }} />;
}
