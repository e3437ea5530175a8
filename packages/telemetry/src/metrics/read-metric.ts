import type { Metric, Registry } from "prom-client";
import type { MetricValue } from "./sketch-values.ts";

/**
 * Registers a metric whose values are kept elsewhere and read whenever somebody asks: what prom-client's own classes do for
 * gauges alone. `get` and `name` are all that a registry asks of a metric.
 */
export function readMetric(
  registry: Registry,
  {
    read,
    ...form
  }: {
    readonly name: string;
    readonly help: string;
    readonly type: "counter" | "gauge" | "histogram";
    readonly read: () => readonly MetricValue[] | Promise<readonly MetricValue[]>;
  },
): void {
  const get = async () => ({ ...form, aggregator: "sum", values: await read() });
  registry.registerMetric({ name: form.name, get } as unknown as Metric);
}
