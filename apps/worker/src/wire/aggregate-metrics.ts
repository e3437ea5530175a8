import type { MeshHealth, ServiceHealth, ServicesReport } from "@tapline/core/telemetry";
import { metricPrefix, readMetric } from "@tapline/telemetry/metrics";
import type { Registry } from "prom-client";

type Figure<Row> = readonly [name: string, help: string, of: (row: Row) => number | null];

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

const ofServices: readonly Figure<ServiceHealth>[] = [
  ["up", "1 where the process gave a sign of life within 6 s", ({ isSilent }) => (isSilent ? 0 : 1)],
  ["requests_per_second", "Requests answered, over a minute", (row) => row.requestsPerSecond],
  ["error_ratio", "Of these, failed by our fault, 0-1", (row) => row.errorRatio],
  ["request_p99_seconds", "p99 of answers, over a minute", (row) => seconds(row.p99Ms)],
  ["cpu_ratio", "CPU as a share of one core", (row) => row.cpuRatio],
  ["memory_bytes", "Resident memory", (row) => row.memoryBytes],
  ["event_loop_delay_seconds", "p99 of what the event loop is late by", (row) => seconds(row.loopDelayMs)],
];

const ofMesh: readonly Figure<MeshHealth>[] = [
  ["requests_per_second", "Requests that Istio saw answered", (row) => row.requestsPerSecond],
  ["error_ratio", "Of these, answered with 5xx, 0-1", (row) => row.errorRatio],
  ["request_p99_seconds", "p99 as Istio saw it, over 5 minutes", (row) => seconds(row.p99Ms)],
];

/** What the collector gathered of all services and of the mesh, for a Prometheus that reaches the collector alone. */
export function aggregateMetrics(registry: Registry, report: () => ServicesReport | null): void {
  addFigures(registry, "service_", ofServices, () =>
    (report()?.services ?? []).map((row) => ({ row, labels: { service: row.instance } })),
  );
  addFigures(registry, "mesh_", ofMesh, () =>
    (report()?.mesh ?? []).map((row) => ({ row, labels: { workload: row.workload } })),
  );
}

function addFigures<Row>(
  registry: Registry,
  prefix: string,
  figures: readonly Figure<Row>[],
  rows: () => readonly { readonly row: Row; readonly labels: Readonly<Record<string, string>> }[],
): void {
  for (const [name, help, of] of figures)
    readMetric(registry, {
      ...{ name: `${metricPrefix}${prefix}${name}`, help, type: "gauge" },
      read: () =>
        rows().flatMap(({ row, labels }) => {
          const value = of(row);
          return value === null ? [] : [{ labels, value }];
        }),
    });
}
