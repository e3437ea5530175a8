import { messageOf, TaplineError } from "@tapline/core/kernel";
import { z } from "zod";

const answerWithinMs = 5_000;

/** An instant vector of Prometheus's HTTP API (`/api/v1/query`). */
const answerSchema = z.object({
  status: z.literal("success"),
  data: z.object({
    resultType: z.literal("vector"),
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});

/** One sample of an instant vector; its value may be NaN. */
export type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

/**
 * Asks a Prometheus for the present value of an expression.
 * @param url of Prometheus, such as `http://prometheus.istio-system:9090`
 * @throws TaplineError `unavailable` where it does not answer as it should
 */
export async function queryPrometheus(url: string, expression: string): Promise<Sample[]> {
  try {
    const address = new URL("api/v1/query", url.endsWith("/") ? url : `${url}/`);
    address.searchParams.set("query", expression);
    const answer = await fetch(address, { signal: AbortSignal.timeout(answerWithinMs) });
    const { data } = answerSchema.parse(await answer.json());
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  } catch (cause) {
    throw new TaplineError("unavailable", `Prometheus does not answer: ${messageOf(cause)}`, {
      remedy: "see that PROMETHEUS_URL leads to a Prometheus that scrapes Istio's proxies",
      cause,
    });
  }
}
