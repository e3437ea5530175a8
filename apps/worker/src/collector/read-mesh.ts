import { messageOf, TaplineError } from "@tapline/core/kernel";
import type { MeshHealth } from "@tapline/core/telemetry";
import { z } from "zod";

/** Istio's standard metrics, as the side that was asked reports them. */
const requests = 'istio_requests_total{reporter="destination"}';
const queries = {
  rate: `sum by (destination_workload) (rate(${requests}[1m]))`,
  errors: `sum by (destination_workload) (rate(istio_requests_total{reporter="destination",response_code=~"5.."}[1m]))`,
  p99Ms:
    'histogram_quantile(0.99, sum by (destination_workload, le) (rate(istio_request_duration_milliseconds_bucket{reporter="destination"}[5m])))',
} as const;

const answerWithinMs = 5_000;

/** An instant vector of Prometheus's HTTP API (`/api/v1/query`). */
const answerSchema = z.object({
  status: z.literal("success"),
  data: z.object({
    resultType: z.literal("vector"),
    result: z.array(
      z.object({
        metric: z.object({ destination_workload: z.string().default("unknown") }),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});

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
  try {
    const address = new URL("api/v1/query", url.endsWith("/") ? url : `${url}/`);
    address.searchParams.set("query", text);
    const answer = await fetch(address, { signal: AbortSignal.timeout(answerWithinMs) });
    const { data } = answerSchema.parse(await answer.json());
    const values = data.result.map(
      ({ metric, value }) => [metric.destination_workload, Number(value[1])] as const,
    );
    return new Map(values.filter(([, value]) => Number.isFinite(value)));
  } catch (cause) {
    throw new TaplineError("unavailable", `Prometheus does not answer: ${messageOf(cause)}`, {
      remedy: "see that PROMETHEUS_URL leads to a Prometheus that scrapes Istio's proxies",
      cause,
    });
  }
}
