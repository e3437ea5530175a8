import type { MeshHealth } from "@tapline/core/telemetry";
import { queryPrometheus } from "./query-prometheus.ts";

/** Istio's standard metrics, as the side that was asked reports them. */
const requests = 'istio_requests_total{reporter="destination"}';
const queries = {
  rate: `sum by (destination_workload) (rate(${requests}[1m]))`,
  errors: `sum by (destination_workload) (rate(istio_requests_total{reporter="destination",response_code=~"5.."}[1m]))`,
  p99Ms:
    'histogram_quantile(0.99, sum by (destination_workload, le) (rate(istio_request_duration_milliseconds_bucket{reporter="destination"}[5m])))',
} as const;

/**
 * What Istio's proxies say of each workload, from a Prometheus that scrapes them.
 * @param url of Prometheus, such as `http://prometheus.istio-system:9090`
 * @throws TaplineError `unavailable` where it does not answer as it should
 */
export async function readMesh(url: string): Promise<MeshHealth[]> {
  const [rates, errors, p99] = await Promise.all([
    query(url, queries.rate),
    query(url, queries.errors),
    query(url, queries.p99Ms),
  ]);
  return [...rates].map(([workload, requestsPerSecond]) => ({
    workload,
    requestsPerSecond,
    errorRatio: requestsPerSecond === 0 ? null : (errors.get(workload) ?? 0) / requestsPerSecond,
    p99Ms: p99.get(workload) ?? null,
  }));
}

/** Values by workload; what is no number (NaN: nothing was asked) is left out. */
async function query(url: string, text: string): Promise<Map<string, number>> {
  const samples = await queryPrometheus(url, text);
  const values = samples.map(
    ({ labels, value }) => [labels.destination_workload ?? "unknown", value] as const,
  );
  return new Map(values.filter(([, value]) => Number.isFinite(value)));
}
