import { CumulativeTelemetry, ServedRequests, TelemetryRecorder } from "@tapline/core/telemetry";
import { describe, expect, it } from "vitest";
import { ProcessMetrics, StoreProbe, storeMetrics } from "./index.ts";

const info = { app: "test", version: "1.2.3" };

/** The value of each series, by its name and labels. */
async function seriesOf(metrics: ProcessMetrics): Promise<Map<string, number>> {
  const lines = (await metrics.text()).text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
}

describe("the metrics of a process", () => {
  it("tell how busy it is: CPU, memory, delay of the event loop, garbage collection", async () => {
    const series = await seriesOf(new ProcessMetrics({ info }));
    expect(series.get('tapline_info{app="test",version="1.2.3"}')).toBe(1);
    for (const name of [
      "process_cpu_seconds_total",
      "process_resident_memory_bytes",
      "nodejs_heap_size_used_bytes",
      "nodejs_eventloop_lag_p99_seconds",
    ])
      expect(series.get(name), name).toBeGreaterThanOrEqual(0);
    const { text } = await new ProcessMetrics({ info }).text();
    expect(text).toContain("# TYPE nodejs_gc_duration_seconds histogram\n");
  });

  it("tell what was counted, every counter from 0 on, times in seconds to 1 %", async () => {
    const counted = new CumulativeTelemetry();
    const recorder = new TelemetryRecorder("test");
    recorder.count("tap.ingested", 3);
    for (let i = 0; i < 2; i++) recorder.reject("schema", "gate-1", "front");
    recorder.time("segment.transfer_ms", 40, 2);
    recorder.time("segment.transfer_ms", 900);
    const delta = recorder.take(1);
    if (delta !== null) counted.add(delta);
    const series = await seriesOf(new ProcessMetrics({ info, counted }));
    expect(series.get("tapline_tap_ingested_total")).toBe(3);
    expect(series.get("tapline_tap_archived_total")).toBe(0);
    expect(series.get('tapline_tap_rejected_total{reason="schema"}')).toBe(2);
    const name = "tapline_segment_transfer_duration_seconds";
    const buckets = ["0.025", "0.05", "0.5", "1", "+Inf"].map((le) =>
      series.get(`${name}_bucket{le="${le}"}`),
    );
    expect(buckets).toEqual([0, 2, 2, 3, 3]);
    expect(series.get(`${name}_count`)).toBe(3);
    const sum = series.get(`${name}_sum`) ?? 0;
    expect(Math.abs(sum - 0.98)).toBeLessThan(0.01);
  });

  it("tell what was asked, by kind and outcome", async () => {
    const served = new ServedRequests();
    served.record("POST /v1/taps", "ok", 5);
    served.record("POST /v1/taps", "server_error", 5);
    const series = await seriesOf(new ProcessMetrics({ info, served }));
    const of = (outcome: string) =>
      series.get(`tapline_server_requests_total{route="POST /v1/taps",outcome="${outcome}"}`);
    expect(["ok", "client_error", "server_error"].map(of)).toEqual([1, 0, 1]);
    expect(series.get('tapline_server_request_duration_seconds_count{route="POST /v1/taps"}')).toBe(2);
  });

  it("tell of a store that fails and of one that hangs that it is down, without waiting for it", async () => {
    const metrics = new ProcessMetrics({ info });
    let asked = 0;
    const hangs = async () => {
      asked++;
      await new Promise(() => undefined);
    };
    storeMetrics(metrics.registry, [
      new StoreProbe("redis", async () => "PONG"),
      new StoreProbe("postgresql", () => Promise.reject(new Error("away"))),
      new StoreProbe("archive", hangs),
    ]);
    const series = await seriesOf(metrics);
    const up = (store: string) => series.get(`tapline_store_up{store="${store}"}`);
    expect(["redis", "postgresql", "archive"].map(up)).toEqual([1, 0, 0]);
    expect(series.get('tapline_store_round_trip_seconds{store="redis"}')).toBeGreaterThanOrEqual(0);
    expect(series.has('tapline_store_round_trip_seconds{store="archive"}')).toBe(false);
    // Both metrics look at once, and share the look.
    expect(asked).toBe(1);
  });
});
