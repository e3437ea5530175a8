import { readFileSync } from "node:fs";
import { join } from "node:path";
import { edges } from "@tapline/core/telemetry";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { mutantsOf } from "./mutants.ts";

const text = readFileSync(join(import.meta.dirname, "../../istio/observability/collector.yaml"), "utf8");
const [port] = new Set(edges.filter(({ to }) => to === "collector").map((edge) => edge.port.number));

const seconds = z
  .string()
  .regex(/^\d+s$/)
  .transform((text) => Number(text.slice(0, -1)));
const count = z.number().int().positive();
const policies = z.tuple([
  z.strictObject({
    ...{ name: z.string(), type: z.literal("status_code") },
    status_code: z.strictObject({ status_codes: z.tuple([z.literal("ERROR")]) }),
  }),
  z.strictObject({
    ...{ name: z.string(), type: z.literal("latency") },
    latency: z.strictObject({ threshold_ms: count }),
  }),
  z.strictObject({
    ...{ name: z.string(), type: z.literal("probabilistic") },
    probabilistic: z.strictObject({ sampling_percentage: z.number().positive().max(100) }),
  }),
]);
const sampling = z
  .strictObject({
    decision_wait: seconds,
    num_traces: count,
    expected_new_traces_per_sec: count,
    decision_cache: z.strictObject({ sampled_cache_size: count }),
    policies,
  })
  // What is pushed out before its decision is lost, whatever the policies say.
  .refine((one) => one.num_traces >= 2 * one.decision_wait * one.expected_new_traces_per_sec)
  .refine((one) => one.decision_cache.sampled_cache_size > one.num_traces);

const endpointOf = (signal: string) =>
  z.strictObject({ endpoint: z.literal(`\${env:${signal.toUpperCase()}_ENDPOINT}`) });
/** What limits comes first, what batches last. */
const pipelineOf = (signal: string, processors: [string, ...string[]]) => {
  const [first, ...others] = processors.map((name) => z.literal(name));
  return z.strictObject({
    receivers: z.tuple([z.literal("otlp")]),
    processors: z.tuple([first ?? z.never(), ...others]),
    exporters: z.tuple([z.literal(`otlp_http/${signal}`)]),
  });
};
const form = z.strictObject({
  extensions: z.strictObject({ health_check: z.strictObject({ endpoint: z.literal("0.0.0.0:13133") }) }),
  receivers: z.strictObject({
    otlp: z.strictObject({
      protocols: z.strictObject({ http: z.strictObject({ endpoint: z.literal(`0.0.0.0:${port}`) }) }),
    }),
  }),
  processors: z.strictObject({
    memory_limiter: z.strictObject({
      check_interval: seconds,
      limit_percentage: count.max(90),
      spike_limit_percentage: count.max(50),
    }),
    tail_sampling: sampling,
    batch: z.strictObject({}),
  }),
  exporters: z.strictObject({
    "otlp_http/traces": endpointOf("traces"),
    "otlp_http/metrics": endpointOf("metrics"),
    "otlp_http/logs": endpointOf("logs"),
  }),
  service: z.strictObject({
    extensions: z.tuple([z.literal("health_check")]),
    pipelines: z.strictObject({
      traces: pipelineOf("traces", ["memory_limiter", "tail_sampling", "batch"]),
      metrics: pipelineOf("metrics", ["memory_limiter", "batch"]),
      logs: pipelineOf("logs", ["memory_limiter", "batch"]),
    }),
  }),
});

describe("the collector's configuration", () => {
  test("keeps each trace with an error, takes in at the port that services and proxies send to, and lacks no line", () => {
    form.parse(parse(text));
    const survivors = mutantsOf(parse(text)).filter(({ changed }) => form.safeParse(changed).success);
    expect(survivors.map(({ way }) => way.join("."))).toEqual([]);
  });

  test.each([
    ["an error is not told from what went well", "ERROR", "OK"],
    ["traces are pushed out before they are decided", "num_traces: 120000", "num_traces: 50000"],
    [
      "late spans of a trace that was kept are let go",
      "sampled_cache_size: 240000",
      "sampled_cache_size: 1000",
    ],
    ["another port is opened", "0.0.0.0:4318", "0.0.0.0:4317"],
  ])("is refused where %s", (_, line, other) => {
    expect(text).toContain(line);
    expect(form.safeParse(parse(text.replace(line, other))).success).toBe(false);
  });
});
