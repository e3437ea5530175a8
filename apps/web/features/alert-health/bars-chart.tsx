"use client";

import { useId } from "react";
import { Bar, BarChart, CartesianGrid, Tooltip, XAxis, YAxis } from "recharts";
import { ChartFrame } from "../../client/chart/frame.tsx";
import { formatCount, formatDay, formatTime } from "../../client/format.ts";
import type { TimeZoneChoice } from "../../client/time-zone.ts";
import { ianaZone } from "../../client/zones.ts";
import type { AlarmHealth } from "../../contracts/alert-health.ts";
import * as strings from "../../strings/generated/alert-health/bars-chart.ts";
import { rich } from "../../strings/rich.tsx";
import { tick } from "../../ui/chart-parts.tsx";
import { type BarRow, barLength, barRows, barTable, barTicks } from "./bars.ts";

const hourMs = 3_600_000;

/** Bars over time: those with a flood are hatched, the unfinished one is hollow. Draws only; see bars. */
export function BarsChart({
  title,
  bars,
  floods,
  zone,
}: Pick<AlarmHealth, "bars" | "floods"> & { title: string; zone: TimeZoneChoice }) {
  const hatch = useId();
  const rows = barRows({ bars, floods });
  const isCalm = bars.counts.every((count) => count === 0);
  const note = strings.oneBarIsBarLength({ barLength: barLength(bars.barMs), zone: ianaZone(zone) });
  const drawn = { stackId: "calls", isAnimationActive: false } as const;
  return (
    <ChartFrame words={{ title, note, legend: [] }} table={() => barTable(title, { bars, floods })}>
      <BarChart data={rows} barCategoryGap={1} margin={{ top: 8, right: 12, bottom: 0, left: 0 }}>
        <defs>
          <pattern
            id={hatch}
            width="5"
            height="5"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect width="5" height="5" fill="var(--warning-surface)" />
            <line x1="0" y1="0" x2="0" y2="5" stroke="var(--warning)" strokeWidth="4" />
          </pattern>
        </defs>
        <CartesianGrid vertical={false} stroke="var(--chart-grid)" />
        <XAxis
          dataKey="at"
          ticks={barTicks(bars)}
          interval="preserveStart"
          minTickGap={16}
          tickFormatter={(at: number) =>
            bars.barMs < hourMs ? formatTime(at, zone, false) : formatDay(at, zone)
          }
          {...{ tick, tickLine: false, stroke: "var(--line)" }}
        />
        <YAxis
          width={40}
          allowDecimals={false}
          domain={isCalm ? [0, 1] : [0, "auto"]}
          tickFormatter={formatCount}
          {...{ tick, tickLine: false, axisLine: false, tickCount: 5 }}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: "var(--chart-grid)" }}
          content={({ active, payload }) => {
            const row = payload?.[0]?.payload as BarRow | undefined;
            return active && row !== undefined ? <BarTooltip {...{ row, zone }} /> : null;
          }}
        />
        <Bar dataKey="calm" fill="var(--chart-in)" {...drawn} />
        <Bar dataKey="flood" fill={`url(#${hatch})`} stroke="var(--warning)" {...drawn} />
        <Bar dataKey="unfinished" fill="var(--surface)" stroke="var(--chart-in)" {...drawn} />
      </BarChart>
    </ChartFrame>
  );
}

function BarTooltip({ row, zone }: { row: BarRow; zone: TimeZoneChoice }) {
  return (
    <div className="rounded-md border border-line bg-surface px-3 py-2 text-xs shadow-md">
      <p className="text-ink-faint">
        {strings.fromDayTime({ day: formatDay(row.at, zone), time: formatTime(row.at, zone, false) })}
        {row.unfinished === undefined ? "" : strings.notOver}
      </p>
      <p className="mt-0.5">
        {rich(strings.callsAlerts, {
          calls: <span className="figure">{formatCount(row.calls)}</span>,
          count: row.calls,
        })}
        {row.flood === undefined ? "" : strings.withAFlood}
      </p>
    </div>
  );
}
