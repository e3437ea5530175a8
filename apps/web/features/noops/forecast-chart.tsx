"use client";

import { useId } from "react";
import { Area, CartesianGrid, ComposedChart, Line, ReferenceArea, Tooltip, XAxis, YAxis } from "recharts";
import { ChartFrame } from "../../client/chart/frame.tsx";
import { holds } from "../../client/chart/stretch.ts";
import { timeTicks } from "../../client/chart/time-ticks.ts";
import { useBrush } from "../../client/chart/use-brush.ts";
import { useZoom } from "../../client/chart/use-zoom.ts";
import { formatTime } from "../../client/format.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";
import { ianaZone } from "../../client/zones.ts";
import * as strings from "../../strings/generated/noops/forecast-chart.ts";
import { DrawnOver, GapHatch, tick } from "../../ui/chart-parts.tsx";
import { LineSample } from "../../ui/line-sample.tsx";
import {
  type ForecastRow,
  forecastTable,
  isGap,
  isShut,
  lines,
  minuteMs,
  stretchesOf,
} from "./forecast-series.ts";
import { valueWords } from "./noops-words.ts";

const still = { type: "linear", dot: false, isAnimationActive: false, connectNulls: false } as const;

export interface ForecastChartProps {
  title: string;
  /** One at least. */
  rows: readonly ForecastRow[];
  unit: string;
  zone: TimeZoneChoice;
}

/** What came over what was foretold and its band: gaps are hatched, where it was not trusted it is grey and dotted. Draws only. */
export function ForecastChart({ title, rows: all, unit, zone }: ForecastChartProps) {
  const hatch = useId();
  const [first, last] = [all.at(0)?.startEpochMs ?? 0, all.at(-1)?.startEpochMs ?? 0];
  const zoom = useZoom({ fromEpochMs: first, untilEpochMs: last + minuteMs }, minuteMs);
  const { handlers, over } = useBrush(zoom.show);
  const { fromEpochMs, untilEpochMs } = zoom.shown;
  const rows = all.filter(({ startEpochMs }) => holds(zoom.shown, startEpochMs, minuteMs));
  const isStill = rows.every(({ came, band }) => (came ?? 0) === 0 && (band?.[1] ?? 0) === 0);
  return (
    <ChartFrame
      zoom={zoom}
      words={{
        ...{ title, note: strings.byTheMinuteUnitZone({ unit, zone: ianaZone(zone) }) },
        legend: Object.values(lines),
      }}
      table={() => forecastTable(title, unit, rows)}
    >
      <ComposedChart data={rows} margin={{ top: 8, right: 20, bottom: 0, left: 0 }} {...handlers}>
        <GapHatch id={hatch} />
        <CartesianGrid vertical={false} stroke="var(--chart-grid)" />
        <XAxis
          dataKey="at"
          type="number"
          domain={[fromEpochMs, untilEpochMs]}
          ticks={timeTicks(fromEpochMs, untilEpochMs, 8)}
          tickFormatter={(epochMs: number) => formatTime(epochMs, zone, false)}
          {...{ tick, tickLine: false, stroke: "var(--line)" }}
        />
        <YAxis
          width={60}
          domain={isStill ? [0, 1] : [0, "auto"]}
          tickFormatter={valueWords}
          {...{ tick, tickLine: false, axisLine: false, tickCount: 5 }}
        />
        {stretchesOf(rows, isShut).map(({ from, to }) => (
          <ReferenceArea
            key={`shut-${from}`}
            {...{ x1: from, x2: to, fill: "var(--chart-gap)", fillOpacity: 0.3, stroke: "none" }}
          />
        ))}
        {stretchesOf(rows, isGap).map(({ from, to }) => (
          <ReferenceArea
            key={`gap-${from}`}
            {...{ x1: from, x2: to, fill: `url(#${hatch})`, fillOpacity: 1, stroke: "none" }}
          />
        ))}
        {over === null ? null : <DrawnOver {...over} />}
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: "var(--line-strong)" }}
          content={({ active, payload }) => {
            const row = payload?.[0]?.payload as ForecastRow | undefined;
            return active && row !== undefined ? <Minute {...{ row, unit, zone }} /> : null;
          }}
        />
        <Area
          {...still}
          dataKey="band"
          {...{ fill: "var(--chart-in)", fillOpacity: 0.18, stroke: "none", activeDot: false }}
        />
        {Object.entries(lines).map(([key, { color, ...look }]) => (
          <Line
            key={key}
            {...still}
            {...{ dataKey: key, stroke: `var(${color})`, strokeWidth: 1.5, activeDot: { r: 3 } }}
            {...("dash" in look ? { strokeDasharray: look.dash } : {})}
          />
        ))}
      </ComposedChart>
    </ChartFrame>
  );
}

/** The figures of one minute. */
function Minute({ row, unit, zone }: { row: ForecastRow; unit: string; zone: TimeZoneChoice }) {
  const { startEpochMs, came, counted, shut, band } = row;
  const foretold = shut === null ? lines.counted : lines.shut;
  const figures = [
    { spec: lines.came, value: came },
    { spec: foretold, value: counted ?? shut },
  ];
  return (
    <div className="rounded-md border border-line bg-surface px-3 py-2 text-xs shadow-md">
      <p className="mb-1 text-ink-faint">
        <span className="figure">
          {formatTime(startEpochMs, zone, false)} – {formatTime(startEpochMs + minuteMs, zone, false)}
        </span>
        {row.isUnfinished ? strings.minuteUnderWay : ""}, {unit}
      </p>
      {figures.map(({ spec, value }) => (
        <p key={spec.label} className="flex items-center gap-2">
          <LineSample spec={spec} />
          <span className="text-ink-soft">{spec.label}</span>
          <span className="figure ml-auto pl-4 text-ink">{valueWords(value)}</span>
        </p>
      ))}
      {band === null ? null : (
        <p className="text-ink-soft">{strings.ofWhichBandUpTo({ value: valueWords(band[1]) })}</p>
      )}
      {shut === null ? null : <p className="text-ink-soft">{strings.notTrusted}</p>}
    </div>
  );
}
