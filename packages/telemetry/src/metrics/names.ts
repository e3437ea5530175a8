import type { CounterName, HistogramName } from "@tapline/core/telemetry";

/** What every metric of ours begins with. */
export const metricPrefix = "tapline_";

/** The name of a counter for Prometheus: `archive.written_bytes` is `tapline_archive_written_bytes_total`. */
export function counterMetric(name: CounterName): string {
  return `${metricPrefix}${name.replaceAll(".", "_")}_total`;
}

/**
 * The name of a histogram for Prometheus, which counts in seconds: `ingest.accept_ms` is
 * `tapline_ingest_accept_duration_seconds`.
 */
export function histogramMetric(name: HistogramName): string {
  return `${metricPrefix}${name.replaceAll(".", "_").replace(/_ms$/, "_duration_seconds")}`;
}
