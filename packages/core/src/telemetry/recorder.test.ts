import { expect, test } from "vitest";
import { maxPartsPerList, TelemetryRecorder, telemetryDeltaSchema } from "./index.ts";

test("what belongs to a reader, an agent or an archive is in the whole, too", () => {
  const telemetry = new TelemetryRecorder("test");
  telemetry.countOfReader("tap.archived", "gate-1", "front", 2);
  telemetry.reject("unsigned", "gate-1", "front");
  telemetry.countOfAgent("tap.turned_away", "gate-2", 3);
  telemetry.countOfArchive("archive.stored", "main");
  telemetry.timeOfAgent("tap.to_archive_ms", "gate-1", 12, 2);
  const delta = telemetryDeltaSchema.parse(telemetry.take(0));
  expect(delta.counters).toEqual({
    ...{ "tap.archived": 2, "tap.rejected": 1, "tap.turned_away": 3, "archive.stored": 1 },
  });
  expect(delta.rejects).toEqual({ unsigned: 1 });
  expect(delta.parts).toMatchObject({
    readers: { "tap.archived": [["gate-1", "front", 2]], "tap.rejected": [["gate-1", "front", 1]] },
    agents: { "tap.turned_away": [["gate-2", 3]] },
    archives: { "archive.stored": [["main", 1]] },
  });
  expect(delta.parts?.agentTimes["tap.to_archive_ms"]?.[0]?.[1]).toEqual(
    delta.histograms["tap.to_archive_ms"],
  );
  expect(telemetry.take(0)).toBeNull();
});

test("names that would be keys of every object stay names", () => {
  const telemetry = new TelemetryRecorder("test");
  telemetry.countOfReader("tap.ingested", "gate-1", "__proto__");
  const delta = telemetryDeltaSchema.parse(JSON.parse(JSON.stringify(telemetry.take(0))));
  expect(delta.parts?.readers["tap.ingested"]).toEqual([["gate-1", "__proto__", 1]]);
});

test("beyond the bound of a delta the whole still counts, and whoever reports is told that it is time", () => {
  const telemetry = new TelemetryRecorder("test");
  const urgent: boolean[] = [];
  telemetry.watch((isUrgent) => urgent.push(isUrgent));
  for (let i = 0; i < maxPartsPerList + 5; i++) telemetry.countOfReader("tap.ingested", `gate-${i}`, "front");
  expect(urgent.indexOf(true)).toBe(maxPartsPerList - 1);
  const delta = telemetryDeltaSchema.parse(telemetry.take(0));
  expect(delta.counters["tap.ingested"]).toBe(maxPartsPerList + 5);
  expect(delta.parts?.readers["tap.ingested"]).toHaveLength(maxPartsPerList);
  telemetry.countOfReader("tap.ingested", "gate-0", "front");
  expect(urgent.at(-1)).toBe(false);
});

test("faults are urgent, taps are not", () => {
  const telemetry = new TelemetryRecorder("test");
  const urgent: boolean[] = [];
  telemetry.watch((isUrgent) => urgent.push(isUrgent));
  telemetry.count("tap.ingested");
  telemetry.time("ingest.accept_ms", 1);
  telemetry.count("segment.failed_attempt");
  telemetry.count("segment.failed_attempt", 0);
  expect(urgent).toEqual([false, false, true]);
});

test("the longest names that the door takes are told, and what has a longer one is counted in the whole", () => {
  const telemetry = new TelemetryRecorder("test");
  const [agent, reader] = ["a".repeat(63), "🏃".repeat(128)];
  telemetry.countOfReader("tap.ingested", agent, reader, 2);
  telemetry.countOfReader("tap.ingested", agent, `${reader}x`, 3);
  telemetry.countOfReader("tap.ingested", `${agent}a`, "front", 4);
  telemetry.countOfReader("tap.ingested", agent, "", 5);
  telemetry.countOfAgent("tap.turned_away", `${agent}a`);
  telemetry.countOfArchive("archive.stored", `${agent}a`);
  telemetry.timeOfAgent("tap.to_archive_ms", `${agent}a`, 12);
  const delta = telemetryDeltaSchema.parse(JSON.parse(JSON.stringify(telemetry.take(0))));
  expect(delta.counters).toEqual({ "tap.ingested": 14, "tap.turned_away": 1, "archive.stored": 1 });
  expect(delta.parts?.readers).toEqual({ "tap.ingested": [[agent, reader, 2]] });
  const longer = { ...delta, parts: { ...delta.parts, agents: { "tap.turned_away": [[`${agent}a`, 1]] } } };
  expect(telemetryDeltaSchema.safeParse(longer).error?.message).toContain("must be 1-63 characters");
});
