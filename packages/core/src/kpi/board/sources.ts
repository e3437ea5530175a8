import type { CounterName, HistogramName } from "../../telemetry/index.ts";
import { hourMs, minuteMs, secondMs } from "../catalog/definition.ts";
import { availabilityObjective } from "../catalog/objective.ts";
import type { KpiId } from "../catalog.ts";

/** What one figure is made of. */
export type KpiSource =
  /** Sum of the counters, by `perMs`. */
  | { readonly is: "counts"; readonly counters: readonly CounterName[]; readonly perMs: number }
  /** Of `all` counted, `bad` was not good; `tell` says what becomes of the two sums. */
  | {
      readonly is: "share";
      readonly all: readonly CounterName[];
      readonly bad: readonly CounterName[];
      readonly tell: (bad: number, all: number) => number | null;
    }
  | { readonly is: "times"; readonly histogram: HistogramName; readonly share: number }
  /** Told by readings. */
  | { readonly is: "reading" };

const counts = (perMs: number, ...counters: readonly CounterName[]): KpiSource => ({
  is: "counts",
  counters,
  perMs,
});
const times = (histogram: HistogramName, share: number): KpiSource => ({ is: "times", histogram, share });
const reading: KpiSource = { is: "reading" };

const goodShare = (bad: number, all: number): number | null => (all === 0 ? null : (all - bad) / all);
const badShare = (bad: number, all: number): number | null => (all === 0 ? null : bad / all);
const burnRate = (bad: number, all: number): number =>
  all === 0 ? 0 : bad / all / (1 - availabilityObjective);

/** Each tap that was offered is taken or turned away; one that was taken late was not taken when it was offered. */
export const offered = {
  is: "share",
  all: ["tap.ingested", "tap.turned_away"],
  bad: ["tap.turned_away", "tap.taken_late"],
} as const;
const burning: KpiSource = { ...offered, tell: burnRate };

/** Where each KPI comes from. */
export const kpiSources: Readonly<Record<KpiId, KpiSource>> = {
  "taps.in_per_second": counts(secondMs, "tap.ingested"),
  "taps.archived_per_second": counts(secondMs, "tap.archived"),
  "taps.acceptance_ratio": {
    is: "share",
    all: ["tap.archived", "tap.rejected"],
    bad: ["tap.rejected"],
    tell: goodShare,
  },
  "taps.rejected_per_minute": counts(minuteMs, "tap.rejected"),
  "taps.duplicates_per_minute": counts(minuteMs, "tap.duplicate"),
  "taps.refused_at_door_per_minute": counts(minuteMs, "tap.refused_at_door", "tap.turned_away"),
  "backlog.taps": reading,
  "backlog.oldest_ms": reading,
  "gaps.open": reading,
  "ingest.accept_p50_ms": times("ingest.accept_ms", 0.5),
  "ingest.accept_p95_ms": times("ingest.accept_ms", 0.95),
  "ingest.accept_p99_ms": times("ingest.accept_ms", 0.99),
  "validation.segment_p50_ms": times("segment.validation_ms", 0.5),
  "validation.segment_p95_ms": times("segment.validation_ms", 0.95),
  "validation.segment_p99_ms": times("segment.validation_ms", 0.99),
  "encryption.segment_p50_ms": times("segment.encryption_ms", 0.5),
  "encryption.segment_p95_ms": times("segment.encryption_ms", 0.95),
  "encryption.segment_p99_ms": times("segment.encryption_ms", 0.99),
  "transfer.segment_p50_ms": times("segment.transfer_ms", 0.5),
  "transfer.segment_p95_ms": times("segment.transfer_ms", 0.95),
  "transfer.segment_p99_ms": times("segment.transfer_ms", 0.99),
  "tap.to_archive_p50_ms": times("tap.to_archive_ms", 0.5),
  "tap.to_archive_p95_ms": times("tap.to_archive_ms", 0.95),
  "tap.to_archive_p99_ms": times("tap.to_archive_ms", 0.99),
  "alerts.breach_to_screen_p50_ms": times("alert.breach_to_screen_ms", 0.5),
  "alerts.breach_to_screen_p95_ms": times("alert.breach_to_screen_ms", 0.95),
  "alerts.breach_to_screen_p99_ms": times("alert.breach_to_screen_ms", 0.99),
  "archive.written_bytes_per_second": counts(secondMs, "archive.written_bytes"),
  "archive.error_ratio": {
    is: "share",
    all: ["archive.stored", "archive.failed"],
    bad: ["archive.failed"],
    tell: badShare,
  },
  "archive.away_ms": reading,
  "archive.space_short_per_hour": counts(hourMs, "archive.space_short"),
  "archive.copies_failed_per_hour": counts(hourMs, "archive.copy_failed"),
  "archive.segments_missing_per_day": counts(24 * hourMs, "segment.missing"),
  "archive.restore_failed_per_day": counts(24 * hourMs, "restore.failed"),
  "archive.restore_age_ms": reading,
  "segments.failed_attempts_per_minute": counts(minuteMs, "segment.failed_attempt"),
  "buffer.memory_bytes": reading,
  "buffer.memory_ratio": reading,
  "keys.age_days": reading,
  "keys.refused_per_hour": counts(hourMs, "key.refused"),
  "certificates.days_left": reading,
  "sites.unbalanced_per_day": counts(24 * hourMs, "site.unbalanced"),
  "audit.disputed_per_day": counts(24 * hourMs, "audit.disputed"),
  "agents.online": reading,
  "agents.offline": reading,
  "agents.clock_skew_ms": reading,
  "agents.certificate_days_left": reading,
  "agents.outbox_oldest_ms": reading,
  "agents.quota_spent_per_hour": counts(hourMs, "agent.quota_spent"),
  "readers.silent": reading,
  "availability.ratio": { ...offered, tell: goodShare },
  "availability.budget_left_ratio": { ...offered, tell: (bad, all) => 1 - burnRate(bad, all) },
  "availability.burn_rate_5m": burning,
  "availability.burn_rate_30m": burning,
  "availability.burn_rate_1h": burning,
  "availability.burn_rate_6h": burning,
  "availability.burn_rate_3d": burning,
  "services.silent": reading,
};
