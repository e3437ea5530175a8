import type { BufferedTap } from "@tapline/core/buffer";
import { TelemetryRecorder } from "@tapline/core/telemetry";
import { expect, test } from "vitest";
import { countDeliveries } from "./taken-counts.ts";

const tap = (reader: string): BufferedTap => ({
  ...{ agent: "gate-1", epoch: 1, seq: 1, reader, readAtEpochMs: 0, ingestedAtEpochMs: 0 },
  ...{ traceparent: "", payload: Buffer.alloc(1) },
});

function counted(readers: readonly string[], refused: number, acceptMs: number) {
  const telemetry = new TelemetryRecorder("test");
  countDeliveries(telemetry).onTaken("gate-1", readers.map(tap), refused, acceptMs);
  return telemetry.take(0);
}

test("taps of a delivery are counted by their readers, in whatever order they stand", () => {
  const delta = counted(["a", "a", "b", "a"], 0, 3);
  expect(delta?.counters).toEqual({ "tap.ingested": 4 });
  expect(delta?.parts?.readers["tap.ingested"]).toEqual([
    ["gate-1", "a", 3],
    ["gate-1", "b", 1],
  ]);
});

test("refused taps are counted without any that were taken", () => {
  const delta = counted([], 2, 3);
  expect(delta?.counters).toEqual({ "tap.refused_at_door": 2 });
  expect(delta?.parts?.agents["tap.refused_at_door"]).toEqual([["gate-1", 2]]);
});

test("taps that waited for more than 5 s were taken late", () => {
  expect(counted(["a"], 0, 5_000)?.counters["tap.taken_late"]).toBeUndefined();
  expect(counted(["a", "b"], 0, 5_001)?.counters["tap.taken_late"]).toBe(2);
});

test("what is turned away is its agent's", () => {
  const telemetry = new TelemetryRecorder("test");
  countDeliveries(telemetry).onTurnedAway("gate-1", 3);
  expect(telemetry.take(0)?.parts?.agents["tap.turned_away"]).toEqual([["gate-1", 3]]);
});
