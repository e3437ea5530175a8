import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sha256Hex, TaplineError } from "@tapline/core/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { otlpSettings, pairsOf } from "../receiver/settings.ts";
import {
  activeTrace,
  below,
  consoleSpan,
  inSpan,
  isTracing,
  openTracing,
  recorded,
  type Tracing,
  tapReadSpan,
  traceFacts,
} from "./index.ts";

const settingsOf = (environment: Record<string, string>) => z.object(otlpSettings).parse(environment);
const about = { service: "test", instance: "test-1", version: "1.2.3" };
const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

let told = "";
const server = createServer(async (request, response) => {
  for await (const chunk of request) told += String(chunk);
  response.end("{}");
});

describe("before a receiver is set", () => {
  it("nothing is traced, and what runs within a span runs as it is", async () => {
    expect(await openTracing({ ...about, settings: settingsOf({}) })).toBeNull();
    const off = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1", OTEL_SDK_DISABLED: "true" };
    expect(await openTracing({ ...about, settings: settingsOf(off) })).toBeNull();
    expect(isTracing()).toBe(false);
    expect(recorded(`00-${traceId}-${spanId}-01`)).toBeNull();
    expect(await inSpan(tapReadSpan, {}, async () => [activeTrace(), traceFacts()])).toEqual([null, {}]);
  });
});

describe("once one is set", () => {
  let tracing: Tracing | null;

  beforeAll(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const settings = settingsOf({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/`,
      OTEL_TRACES_SAMPLER: "parentbased_always_on",
      OTEL_RESOURCE_ATTRIBUTES: "site=north,note=a%20b",
    });
    tracing = await openTracing({ ...about, settings });
  });
  afterAll(() => void server.close());

  it("a log line within a span carries its ids, one outside of all carries none", async () => {
    const inside = await inSpan(consoleSpan, {}, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return { facts: traceFacts(), active: activeTrace() };
    });
    expect(inside.facts).toEqual({ trace_id: inside.active?.traceId, span_id: inside.active?.spanId });
    expect(inside.facts.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(traceFacts()).toEqual({});
  });

  it("only taps and what people ask for begin a trace; others do as their parent does", async () => {
    const sampled = async (name: string, parent = below(null)) =>
      await inSpan(name, { parent }, async () => activeTrace()?.sampled);
    expect(await sampled(tapReadSpan)).toBe(true);
    expect(await sampled("moveStalledJobsToWait")).toBe(false);
    expect(await sampled("process transfer", below({ traceId, spanId, sampled: true }))).toBe(true);
    expect(await sampled(tapReadSpan, below({ traceId, spanId, sampled: false }))).toBe(false);
    expect(recorded(`00-${traceId}-${spanId}-01`)).toEqual({ traceId, spanId, sampled: true });
    expect(recorded(`00-${traceId}-${spanId}-00`)).toBeNull();
  });

  it("a failure is noted by its code, without its words, and goes on to whoever asked", async () => {
    const error = new TaplineError("conflict", "tracker 00112233 is in the way");
    await expect(inSpan(consoleSpan, {}, () => Promise.reject(error))).rejects.toBe(error);
    tracing?.startTrace(tapReadSpan, { traceId, spanId }, {}).end();
    await tracing?.close();
    expect(told).toContain('"conflict"');
    expect(told).not.toContain("00112233");
    expect(told).toContain(`"traceId":"${traceId}","spanId":"${spanId}"`);
    for (const fact of ["test-1", "1.2.3", '"site"', '"a b"']) expect(told).toContain(fact);
  });
});

it("a share of traces is told by their ids, the same in every run", async () => {
  const settings = settingsOf({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
    OTEL_TRACES_SAMPLER_ARG: "0.25",
  });
  const ids = Array.from({ length: 2_000 }, (_, i) => sha256Hex(Buffer.from(`${i}`)).slice(0, 32));
  const [first, second] = [
    await openTracing({ ...about, settings }),
    await openTracing({ ...about, settings }),
  ].map((tracing) => ids.map((id) => tracing?.samples(id)));
  expect(first).toEqual(second);
  const share = (first?.filter(Boolean).length ?? 0) / ids.length;
  expect(Math.abs(share - 0.25)).toBeLessThan(0.05);
});

it("lists of pairs are read as OpenTelemetry writes them; what is no pair is left out", () => {
  expect(pairsOf("a=1, b=x%3Dy,c,=d,e=%")).toEqual({ a: "1", b: "x=y", e: "%" });
  expect(pairsOf(undefined)).toEqual({});
});
