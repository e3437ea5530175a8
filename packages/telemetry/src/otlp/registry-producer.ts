import { type Attributes, type HrTime, ValueType } from "@opentelemetry/api";
import { millisToHrTime } from "@opentelemetry/core";
import type { Resource } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from "@opentelemetry/sdk-metrics";
import type { MetricObjectWithValues, MetricValueWithName, Registry } from "prom-client";

type Read = MetricObjectWithValues<MetricValueWithName<string>>;
type Times = { readonly startTime: HrTime; readonly endTime: HrTime };

/**
 * What a registry of Prometheus's holds, in OpenTelemetry's form ("Prometheus and OpenMetrics Compatibility"). Counters lose their
 * `_total`, which Prometheus's own receiver of OTLP puts there again: by either way a metric has one name.
 */
export class RegistryProducer implements MetricProducer {
  readonly #registry: Registry;
  readonly #resource: Resource;
  readonly #startTime = millisToHrTime(Date.now() - process.uptime() * 1_000);

  constructor(registry: Registry, resource: Resource) {
    this.#registry = registry;
    this.#resource = resource;
  }

  async collect(): Promise<CollectionResult> {
    const read = (await this.#registry.getMetricsAsJSON()) as unknown as Read[];
    const times = { startTime: this.#startTime, endTime: millisToHrTime(Date.now()) };
    const metrics = read.flatMap((metric) => metricOf(metric, times) ?? []);
    const scopeMetrics = [{ scope: { name: "tapline" }, metrics }];
    return { resourceMetrics: { resource: this.#resource, scopeMetrics }, errors: [] };
  }
}

/** null where nothing is measured yet, or of a kind that we have none of. */
function metricOf(metric: Read, times: Times): MetricData | null {
  const { help, values } = metric;
  // prom-client types it as a number, and gives the word.
  const type = String(metric.type);
  if (values.length === 0) return null;
  const describe = (name: string) => ({ name, description: help, unit: "", valueType: ValueType.DOUBLE });
  const common = { aggregationTemporality: AggregationTemporality.CUMULATIVE };
  const numbers = () =>
    values.map(({ labels, value }) => ({ ...times, attributes: labels as Attributes, value }));
  if (type === "gauge")
    return {
      ...{ ...common, descriptor: describe(metric.name), dataPointType: DataPointType.GAUGE },
      dataPoints: numbers(),
    };
  if (type === "counter")
    return {
      ...{ ...common, descriptor: describe(metric.name.replace(/_total$/, "")), isMonotonic: true },
      ...{ dataPointType: DataPointType.SUM, dataPoints: numbers() },
    };
  if (type !== "histogram") return null;
  return {
    ...{ ...common, descriptor: describe(metric.name), dataPointType: DataPointType.HISTOGRAM },
    dataPoints: histogramsOf(metric, times),
  };
}

/** Prometheus counts in each bucket what is below its bound, OpenTelemetry what is between two. */
function histogramsOf({ name, values }: Read, times: Times): DataPoint<Histogram>[] {
  const series = new Map<
    string,
    { attributes: Attributes; upTo: [number, number][]; sum: number; count: number }
  >();
  for (const { metricName, labels, value } of values) {
    const { le, ...attributes } = labels as Record<string, string | number>;
    const key = JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
    const one = series.get(key) ?? { attributes, upTo: [], sum: 0, count: 0 };
    series.set(key, one);
    if (metricName === `${name}_sum`) one.sum = value;
    else if (metricName === `${name}_count`) one.count = value;
    else if (le !== undefined && le !== "+Inf") one.upTo.push([Number(le), value]);
  }
  return [...series.values()].map(({ attributes, upTo, sum, count }) => {
    upTo.sort(([a], [b]) => a - b);
    const below = upTo.map(([, seen]) => seen);
    const counts = [...below, count].map((seen, index) => seen - (below[index - 1] ?? 0));
    const boundaries = upTo.map(([bound]) => bound);
    return { ...times, attributes, value: { buckets: { boundaries, counts }, sum, count } };
  });
}
