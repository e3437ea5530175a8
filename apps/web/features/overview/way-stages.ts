import type { KpiLive } from "@tapline/core/kpi";
import { formatAge, formatCount, formatMs, formatRate } from "../../client/format.ts";
import { waitsTooLong } from "./limits.ts";
import { rejectTotal } from "./rejects.ts";

/** One stage of a tap's way with what is known of it now. */
export interface WayStage {
  name: string;
  value: string;
  unit: string;
  note: string;
  /** What is abnormal, in words; `null` where all is well. */
  warning: string | null;
}

/** The way of a tap, stage by stage. Only what is measured is said. */
export function wayStages(live: KpiLive): WayStage[] {
  const { p50 } = live.tapToArchiveMs;
  const rejected = rejectTotal(live.rejects);
  const late = waitsTooLong(live.oldestAgeMs);
  const oldest = live.oldestAgeMs === null ? "nothing waits" : `oldest ${formatAge(live.oldestAgeMs)}`;
  const stage = (name: string, value: string, unit: string, note: string, warning: string | null = null) => ({
    ...{ name, value, unit, note, warning },
  });
  return [
    stage("Agents", formatCount(live.totals.ingested), "taps", "delivered in all"),
    stage("Ingest", formatRate(live.tapsPerSecond), "taps/s", "mean of 5 s"),
    stage("Buffer", formatCount(live.backlog), "taps", oldest, late ? "waits too long" : null),
    stage(
      "Validation",
      formatCount(rejected),
      "rejected",
      `+ ${formatCount(live.duplicates)} duplicates, 60 s`,
    ),
    stage("Encryption", formatCount(live.totals.segments), "segments", "sealed in all"),
    stage(
      "Transfer",
      formatRate(live.archivedPerSecond),
      "taps/s",
      p50 === null ? "none in 60 s" : `p50 ${formatMs(p50)} ms`,
    ),
    stage("Archive", formatCount(live.totals.archived), "taps", "archived in all"),
  ];
}
