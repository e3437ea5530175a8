import { expect, it } from "vitest";
import { statusOf } from "../status/status.fixture.ts";
import { AgentMetrics } from "./agent-metrics.ts";

it("tells taps, outbox, readers, link and times in Prometheus's form, each with its unit", async () => {
  let nowMs = 0;
  const metrics = new AgentMetrics(() => nowMs);
  metrics.watch(() =>
    statusOf({ paused: "outbox-old", outbox: { ...statusOf().outbox, taps: 3, oldestAgeMs: 1500 } }),
  );
  const raw = Buffer.alloc(4);
  metrics.take({
    type: "tap-kept",
    seq: 1,
    reader: "door",
    readAtEpochMs: 1,
    tag: "type-4",
    readMs: 20,
    rereads: 2,
    raw,
  });
  nowMs = 30;
  const step = { seq: 1, final: false, reason: null, detail: "", segment: null };
  metrics.take({ type: "tap-progress", taps: [{ ...step, status: "durable" }] });
  metrics.take({ type: "tap-progress", taps: [{ ...step, status: "accepted" }] });
  metrics.take({ type: "tap-progress", taps: [{ ...step, status: "archived", final: true }] });
  metrics.take({ type: "tap-progress", taps: [{ ...step, seq: 2, status: "duplicate" }] });
  metrics.take({ type: "tap-progress", taps: [{ ...step, seq: 2, status: "duplicate", final: true }] });
  metrics.take({ type: "read-failed", failure: { reader: "door", atEpochMs: 1, cause: "torn", detail: "" } });
  metrics.synced(2);
  const { text, contentType } = await metrics.text();
  expect(contentType).toMatch(/^text\/plain/);
  for (const line of [
    'tapline_agent_taps_total{status="kept"} 1',
    'tapline_agent_taps_total{status="accepted"} 1',
    'tapline_agent_taps_total{status="duplicate"} 1',
    'tapline_agent_read_failures_total{cause="torn"} 1',
    "tapline_agent_rereads_total 2",
    "tapline_agent_outbox_taps 3",
    "tapline_agent_outbox_oldest_age_seconds 1.5",
    'tapline_agent_paused{reason="outbox-old"} 1',
    'tapline_agent_paused{reason="disk-full"} 0',
    'tapline_agent_readers{condition="ready"} 2',
    "tapline_agent_link_up 1",
    "tapline_agent_clock_skew_seconds 0.012",
    'tapline_agent_info{version="1.2.3"} 1',
    "tapline_agent_verdict_duration_seconds_count 1",
    "tapline_agent_verdict_duration_seconds_sum 0.03",
    "tapline_agent_read_duration_seconds_sum 0.02",
    "tapline_agent_outbox_sync_duration_seconds_sum 0.002",
  ])
    expect(text).toContain(`${line}\n`);
  expect(text).not.toContain("door");
});
