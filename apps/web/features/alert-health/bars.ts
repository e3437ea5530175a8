import type { ChartTable } from "../../client/chart/table.ts";
import type { AlarmHealth } from "../../contracts/alert-health.ts";
import * as strings from "../../strings/generated/alert-health/bars.ts";

/** One bar of the chart: how many called, under how the bar looks. */
export type BarRow = { at: number; calls: number } & { [look in BarLook]?: number };

/** A flood fell into it; it is not over; neither. */
export type BarLook = "flood" | "unfinished" | "calm";

/** What the chart draws. */
export function barRows({
  bars: { startEpochMs, barMs, counts },
  floods,
}: Pick<AlarmHealth, "bars" | "floods">): BarRow[] {
  return counts.map((calls, index) => {
    const at = startEpochMs + index * barMs;
    const isFlood = floods.some((flood) => flood.fromEpochMs < at + barMs && flood.untilEpochMs > at);
    const look: BarLook = isFlood ? "flood" : index === counts.length - 1 ? "unfinished" : "calm";
    return { at, calls, [look]: calls };
  });
}

/** What the chart draws, to take away. */
export function barTable(name: string, health: Pick<AlarmHealth, "bars" | "floods">): ChartTable {
  const rows = barRows(health);
  return {
    name,
    columns: [
      { name: "alerts", unit: "" },
      { name: strings.withAFlood, unit: "" },
    ],
    rows: rows.map(({ at, calls, flood }, index) => ({
      ...{ fromEpochMs: at, untilEpochMs: at + health.bars.barMs, isUnfinished: index === rows.length - 1 },
      values: [calls, flood !== undefined],
    })),
  };
}

const hourMs = 3_600_000;

/** Below which bars a time stands: at most eight of them, at round hours or days of UTC. */
export function barTicks({ startEpochMs, barMs, counts }: AlarmHealth["bars"]): number[] {
  const wantedMs = (counts.length * barMs) / 8;
  const stepMs =
    [hourMs / 6, hourMs, 4 * hourMs, 24 * hourMs].find((each) => each >= wantedMs) ?? 120 * hourMs;
  return counts.map((_, index) => startEpochMs + index * barMs).filter((at) => at % stepMs === 0);
}

/** How long a bar is, in words. */
export function barLength(barMs: number): string {
  return barMs < hourMs ? strings.barMsMin({ barMs: barMs / 60_000 }) : `${barMs / hourMs} h`;
}
