import type { HeardService, KpiLive } from "@tapline/core/kpi";
import { formatAge, formatCount, formatMs, formatRate } from "../../client/format.ts";
import type { FleetCount } from "../../contracts/agents.ts";
import * as strings from "../../strings/generated/overview/way-stages.ts";
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

const unheard = strings.notHeardOf;

/** The way of a tap, stage by stage. Only what is measured is said; of what nobody has been heard, that. */
export function wayStages(live: KpiLive, fleet?: FleetCount): WayStage[] {
  const { p50 } = live.tapToArchiveMs;
  const late = waitsTooLong(live.oldestAgeMs) ? strings.waitsTooLong : null;
  const oldest =
    live.oldestAgeMs === null
      ? strings.nothingWaits
      : strings.oldestSpan({ span: formatAge(live.oldestAgeMs) });
  const quiet = (service: HeardService) => (live.silent.includes(service) ? unheard : null);
  const names = live.awayArchives.map(({ archive }) => archive).join(", ");
  const away = names === "" ? null : strings.namesAway({ names });
  const known = strings.duplicatesDuplicates60S({ duplicates: formatCount(live.duplicates) });
  const took = p50 === null ? nothingTook(live) : strings.p50P50Ms({ p50: formatMs(p50) });
  const isAwayLong = live.awayArchives.some((archive) => isAwayTooLong(archive, live.atEpochMs));
  const stage = (name: string, value: string, unit: string, note: string, warning: string | null = null) =>
    ({
      ...{ name, value, unit, note, warning },
      severity: warning === unheard || (warning === away && isAwayLong) ? "critical" : "warning",
    }) as const;
  return [
    stage(
      strings.agents,
      formatCount(live.totals.ingested),
      strings.taps({ count: live.totals.ingested }),
      strings.deliveredInAll,
      noneOnline(fleet),
    ),
    stage(strings.ingest, formatRate(live.tapsPerSecond), strings.tapsS, strings.meanOf5S, quiet("ingest")),
    stage(
      strings.buffer,
      formatCount(live.backlog),
      strings.taps({ count: live.backlog }),
      oldest,
      quiet("buffer") ?? late,
    ),
    stage(
      strings.validation,
      formatCount(rejectTotal(live.rejects)),
      strings.rejected,
      known,
      quiet("validation"),
    ),
    stage(
      strings.encryption,
      formatCount(live.totals.segments),
      strings.segments({ count: live.totals.segments }),
      strings.sealedInAll,
      quiet("encryption"),
    ),
    stage(strings.transfer, formatRate(live.archivedPerSecond), strings.tapsS, took, quiet("transfer")),
    stage(
      strings.archive,
      formatCount(live.totals.archived),
      strings.taps({ count: live.totals.archived }),
      strings.archivedInAll,
      away,
    ),
  ];
}

/** Some agents being offline is theirs to say; where none is online, nothing comes. A fleet that is not known yet is none. */
function noneOnline(fleet: FleetCount | undefined): string | null {
  if (fleet === undefined || fleet.known === 0 || fleet.online > 0) return null;
  return strings.noneOfOnline({ known: fleet.known });
}

/** Only who is heard of can be said to have archived nothing. */
function nothingTook({ silent }: KpiLive): string {
  return silent.includes("transfer") ? strings.notKnown : strings.noneIn60S;
}
