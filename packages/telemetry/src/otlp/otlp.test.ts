import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { createLog, LogOutput } from "../logging/index.ts";
import { consoleSpan, inSpan } from "../tracing/index.ts";
import { openOtlp, otlpSettings } from "./index.ts";

type Sent = { path: string | undefined; key: string | undefined; body: Record<string, unknown> };

const sent: Sent[] = [];
const server = createServer(async (request, response) => {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const key = request.headers["x-key"] as string | undefined;
  sent.push({ path: request.url, key, body: JSON.parse(text) });
  response.end("{}");
});
let endpoint = "";

beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const about = { service: "tapline-test", instance: "test-1", version: "1.2.3" };
const open = (settings: Record<string, string>, output: LogOutput) =>
  openOtlp({ ...about, settings: z.object(otlpSettings).parse(settings) }, output);
const toServer = () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20b" });
const quiet = () => new LogOutput({ write: () => {} });
const bodies = (path: string) => sent.filter((one) => one.path === path).map(({ body }) => body);

it("without a receiver nothing is sent, and with one only what is asked for", async () => {
  const off = await open({}, quiet());
  await off.sendMetrics(new Registry());
  await off.close();
  expect(off.tracing).toBeNull();
  const output = quiet();
  const some = await open(
    {
      ...toServer(),
      OTEL_TRACES_EXPORTER: "none",
      OTEL_LOGS_EXPORTER: "none",
      OTEL_METRICS_EXPORTER: "none",
    },
    output,
  );
  await some.sendMetrics(new Registry());
  createLog({}, output).info("ready");
  await some.close();
  expect(sent).toEqual([]);
});

it("a line of the log is written as it is, and sent with its severity, its facts and its span", async () => {
  const written: string[] = [];
  const output = new LogOutput({ write: (line) => void written.push(line) });
  const otlp = await open({ ...toServer(), OTEL_TRACES_SAMPLER: "parentbased_always_on" }, output);
  const log = createLog({ base: { roles: "transfer" } }, output);
  log.warn({ archive: "main", attempt: 2 }, "not stored");
  await inSpan(consoleSpan, {}, async () => log.error({ err: new TypeError("a fault") }, "broke"));
  output.write("no JSON\n");
  await otlp.close();
  expect(written).toHaveLength(3);
  const { trace_id: traceId, span_id: spanId } = JSON.parse(written[1] ?? "");
  const [resource] = bodies("/v1/logs").flatMap((body) => body.resourceLogs as object[]);
  expect(JSON.stringify(resource)).toContain('"service.name","value":{"stringValue":"tapline-test"}');
  const text = JSON.stringify(bodies("/v1/logs"));
  expect(text).toContain('"severityNumber":13,"severityText":"warn","body":{"stringValue":"not stored"}');
  expect(text).toContain('{"key":"archive","value":{"stringValue":"main"}}');
  expect(text).toContain('{"key":"roles","value":{"stringValue":"transfer"}}');
  expect(text).toContain('"severityText":"error","body":{"stringValue":"broke"}');
  expect(text).toContain(`"traceId":"${traceId}","spanId":"${spanId}"`);
  expect(text).toContain('{"stringValue":"a fault"}');
  expect(text).not.toContain("no JSON");
  expect(sent.map(({ key }) => key)).toEqual(sent.map(() => "a b"));
});

it("what a registry tells Prometheus is sent as it stands: counters, gauges, histograms bucket by bucket", async () => {
  const registry = new Registry();
  const registers = [registry];
  const labelNames = ["kind"];
  new Counter({ name: "tapline_taps_total", help: "Taps", labelNames, registers }).inc({ kind: "a" }, 3);
  new Gauge({ name: "tapline_queue_jobs", help: "Jobs", registers }).set(7);
  const name = "tapline_took_seconds";
  const took = new Histogram({ name, help: "Took", labelNames, buckets: [0.1, 1], registers });
  for (const value of [0.05, 0.06, 0.5, 3]) took.observe({ kind: "b" }, value);
  new Histogram({ name: "tapline_never_seconds", help: "Never", labelNames, registers });
  const otlp = await open(toServer(), quiet());
  await otlp.sendMetrics(registry);
  await otlp.close();
  const [body] = bodies("/v1/metrics") as { resourceMetrics: { scopeMetrics: { metrics: object[] }[] }[] }[];
  const metrics = body?.resourceMetrics[0]?.scopeMetrics[0]?.metrics ?? [];
  const kind = (value: string) => [{ key: "kind", value: { stringValue: value } }];
  expect(metrics).toMatchObject([
    {
      name: "tapline_taps",
      sum: {
        isMonotonic: true,
        aggregationTemporality: 2,
        dataPoints: [{ attributes: kind("a"), asDouble: 3 }],
      },
    },
    { name: "tapline_queue_jobs", gauge: { dataPoints: [{ asDouble: 7 }] } },
    {
      name,
      histogram: {
        aggregationTemporality: 2,
        dataPoints: [
          { attributes: kind("b"), explicitBounds: [0.1, 1], bucketCounts: [2, 1, 1], sum: 3.61, count: 4 },
        ],
      },
    },
  ]);
  expect(metrics).toHaveLength(3);
});

it("a receiver that is away holds up nothing", async () => {
  const output = quiet();
  const otlp = await open({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" }, output);
  await otlp.sendMetrics(new Registry());
  createLog({}, output).info("ready");
  const from = performance.now();
  await otlp.close();
  expect(performance.now() - from).toBeLessThan(5_000);
});
