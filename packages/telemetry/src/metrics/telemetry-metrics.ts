import { type CumulativeTelemetry, counterNames, histogramNames } from "@tapline/core/telemetry";
import type { Registry } from "prom-client";
import { counterMetric, histogramMetric } from "./names.ts";
import { readMetric } from "./read-metric.ts";
import { sketchValues } from "./sketch-values.ts";

/** What the process has counted and timed since its start. A counter that never counted says 0, so that rates begin with it. */
export function telemetryMetrics(registry: Registry, counted: CumulativeTelemetry): void {
  for (const counter of counterNames) {
    const help = `How often ${counter}, since the start of this process`;
    const plain = () => [{ labels: {}, value: counted.counters.get(counter) ?? 0 }];
    const byReason = () => [...counted.rejects].map(([reason, value]) => ({ labels: { reason }, value }));
    const read = counter === "tap.rejected" ? byReason : plain;
    readMetric(registry, { name: counterMetric(counter), help, type: "counter", read });
  }
  for (const timed of histogramNames) {
    const name = histogramMetric(timed);
    const read = () => {
      const sketch = counted.histograms.get(timed);
      return sketch === undefined ? [] : sketchValues(name, sketch);
    };
    readMetric(registry, {
      name,
      help: `How long ${timed.replace(/_ms$/, "")} took, s`,
      type: "histogram",
      read,
    });
  }
}
