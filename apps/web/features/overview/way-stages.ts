import type { HeardService, KpiLive } from "@tapline/core/kpi";
import { formatAge, formatCount, formatMs, formatRate } from "../../client/format.ts";
import type { FleetCount } from "../../contracts/agents.ts";
import { isAwayTooLong, waitsTooLong } from "./limits.ts";
import { rejectTotal } from "./rejects.ts";

/** One stage of a tap's way with what is known of it now. */
export interface WayStage {
  name: string;
  value: string;
  unit: string;
  note: string;
  /** What is abnormal, in words; `null` where all is well. */
  warning: string | null;
  /** How bad that is: nobody being heard of, or an archive that stays away, stops taps. */
  severity: "warning" | "critical";
}

const unheard = "not heard of";

/** The way of a tap, stage by stage. Only what is measured is said; of what nobody has been heard, that. */
export function wayStages(live: KpiLive, fleet?: FleetCount): WayStage[] {
  const { p50 } = live.tapToArchiveMs;
  const late = waitsTooLong(live.oldestAgeMs) ? "waits too long" : null;
  const oldest = live.oldestAgeMs === null ? "nothing waits" : `oldest ${formatAge(live.oldestAgeMs)}`;
  const quiet = (service: HeardService) => (live.silent.includes(service) ? unheard : null);
  const names = live.awayArchives.map(({ archive }) => archive).join(", ");
  const away = names === "" ? null : `${names} away`;
  const known = `+ ${formatCount(live.duplicates)} duplicates, 60 s`;
  const took = p50 === null ? nothingTook(live) : `p50 ${formatMs(p50)} ms`;
  const isAwayLong = live.awayArchives.some((archive) => isAwayTooLong(archive, live.atEpochMs));
  const stage = (name: string, value: string, unit: string, note: string, warning: string | null = null) =>
    ({
      ...{ name, value, unit, note, warning },
      severity: warning === unheard || (warning === away && isAwayLong) ? "critical" : "warning",
    }) as const;
  return [
    stage("Agents", formatCount(live.totals.ingested), "taps", "delivered in all", noneOnline(fleet)),
    stage("Ingest", formatRate(live.tapsPerSecond), "taps/s", "mean of 5 s", quiet("ingest")),
    stage("Buffer", formatCount(live.backlog), "taps", oldest, quiet("buffer") ?? late),
    stage("Validation", formatCount(rejectTotal(live.rejects)), "rejected", known, quiet("validation")),
    stage("Encryption", formatCount(live.totals.segments), "segments", "sealed in all", quiet("encryption")),
    stage("Transfer", formatRate(live.archivedPerSecond), "taps/s", took, quiet("transfer")),
    stage("Archive", formatCount(live.totals.archived), "taps", "archived in all", away),
  ];
}

/** Some agents being offline is theirs to say; where none is online, nothing comes. A fleet that is not known yet is none. */
function noneOnline(fleet: FleetCount | undefined): string | null {
  if (fleet === undefined || fleet.known === 0 || fleet.online > 0) return null;
  return fleet.known === 1 ? "the agent is offline" : `none of ${formatCount(fleet.known)} online`;
}

/** Only who is heard of can be said to have archived nothing. */
function nothingTook({ silent }: KpiLive): string {
  return silent.includes("transfer") ? "not known" : "none in 60 s";
}
