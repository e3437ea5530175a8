import type { Registry } from "prom-client";
import { metricPrefix } from "./names.ts";
import { readMetric } from "./read-metric.ts";
import type { StoreProbe } from "./store-probe.ts";

/** Whether the stores that the process needs answer it, and how fast; looked at whenever somebody asks. */
export function storeMetrics(registry: Registry, probes: readonly StoreProbe[]): void {
  const looks = () =>
    Promise.all(probes.map(async (probe) => ({ store: probe.name, ...(await probe.look()) })));
  readMetric(registry, {
    name: `${metricPrefix}store_up`,
    help: "1 where the store answers this process within 1 s, else 0",
    type: "gauge",
    read: async () => (await looks()).map(({ store, up }) => ({ labels: { store }, value: up ? 1 : 0 })),
  });
  readMetric(registry, {
    name: `${metricPrefix}store_round_trip_seconds`,
    help: "One question and its answer, s; absent where there is no answer",
    type: "gauge",
    read: async () =>
      (await looks()).flatMap(({ store, tookMs }) =>
        tookMs === null ? [] : [{ labels: { store }, value: tookMs / 1000 }],
      ),
  });
}
