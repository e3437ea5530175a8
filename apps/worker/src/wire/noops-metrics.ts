import { decisionStates } from "@tapline/core/noops";
import { metricPrefix, readMetric } from "@tapline/telemetry/metrics";
import type { Registry } from "prom-client";
import type { RunningNoops } from "../roles/noops.ts";

/** What NoOps of this process has decided. */
export function noopsMetrics(registry: Registry, noops: Pick<RunningNoops, "leads" | "counts">): void {
  readMetric(registry, {
    name: `${metricPrefix}noops_leader`,
    help: "1 where this process decides for NoOps",
    type: "gauge",
    read: () => [{ labels: {}, value: noops.leads() ? 1 : 0 }],
  });
  readMetric(registry, {
    name: `${metricPrefix}noops_decisions_total`,
    help: "Decisions of NoOps in this process by what became of them; the same decided again and again counts once",
    type: "counter",
    read: () => decisionStates.map((state) => ({ labels: { state }, value: noops.counts().get(state) ?? 0 })),
  });
}
