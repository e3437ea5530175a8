export { answered } from "./answered.ts";
export { LoadSampler, type SampledParts } from "./load-sampler.ts";
export { counterMetric, histogramMetric, metricPrefix } from "./names.ts";
export { type Exposition, ProcessMetrics, type ProcessMetricsOptions } from "./process-metrics.ts";
export { readMetric } from "./read-metric.ts";
export type { MetricValue } from "./sketch-values.ts";
export { storeMetrics } from "./store-metrics.ts";
export { type StoreHealth, StoreProbe } from "./store-probe.ts";
