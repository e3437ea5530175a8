import type { Histogram } from "@tapline/core/telemetry";

/** Bounds of the buckets that Prometheus gets, s: from half a millisecond to a minute. */
const boundsS = [
  ...[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
] as const;

export type MetricValue = {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
};

/**
 * A histogram of milliseconds in Prometheus's form, in seconds. A sketch knows its values to 1 %, so one that lies that near to
 * a bound may count on either side of it, and the sum is off by at most as much.
 */
export function sketchValues(
  name: string,
  sketch: Histogram,
  labels: Readonly<Record<string, string>> = {},
): MetricValue[] {
  const { counts, sumMs, total } = summed(sketch);
  let seen = 0;
  const buckets = boundsS.map((le, i) => {
    seen += counts[i] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: seen };
  });
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: "+Inf" }, value: total },
    { metricName: `${name}_sum`, labels, value: sumMs / 1000 },
    { metricName: `${name}_count`, labels, value: total },
  ];
}

function summed(sketch: Histogram): { counts: number[]; sumMs: number; total: number } {
  const counts = boundsS.map(() => 0);
  let sumMs = 0;
  let total = 0;
  for (const { value, count } of sketch.values()) {
    const bucket = boundsS.findIndex((bound) => value <= bound * 1000);
    if (bucket >= 0) counts[bucket] = (counts[bucket] ?? 0) + count;
    sumMs += value * count;
    total += count;
  }
  return { counts, sumMs, total };
}
