import { type ServedRequests, servedOutcomes } from "@tapline/core/telemetry";
import type { Registry } from "prom-client";
import { metricPrefix } from "./names.ts";
import { readMetric } from "./read-metric.ts";
import { sketchValues } from "./sketch-values.ts";

/** What the process was asked for: rate and errors by kind of request, and how long answers took. */
export function servedMetrics(registry: Registry, served: ServedRequests): void {
  readMetric(registry, {
    name: `${metricPrefix}server_requests_total`,
    help: "Requests answered, by kind and outcome; a batch of a stream counts as one",
    type: "counter",
    read: () =>
      [...served.routes].flatMap(([route, { outcomes }]) =>
        servedOutcomes.map((outcome) => ({ labels: { route, outcome }, value: outcomes[outcome] })),
      ),
  });
  const name = `${metricPrefix}server_request_duration_seconds`;
  readMetric(registry, {
    name,
    help: "From a request's arrival to its answer, s",
    type: "histogram",
    read: () => [...served.routes].flatMap(([route, { took }]) => sketchValues(name, took, { route })),
  });
}
