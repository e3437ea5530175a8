import { expect, test } from "vitest";
import { TelemetryRecorder } from "../telemetry/index.ts";
import { packSecond, SpanCollector, scopeKey, unpackSecond } from "./index.ts";

const second = 1_790_000_000_000;

function spansOf(agents: number) {
  const recorder = new TelemetryRecorder("test");
  const collector = new SpanCollector((agent) => `site of ${agent.length}`);
  for (let i = 0; i < agents; i++) {
    recorder.countOfReader("tap.archived", `gate-${i}`, "front", i + 1);
    recorder.timeOfAgent("tap.to_archive_ms", `gate-${i}`, 20 + i);
  }
  recorder.countOfArchive("archive.stored", "main", 2);
  const delta = recorder.take(second);
  if (delta === null) throw new Error("nothing was counted");
  collector.add(delta);
  return collector.take(second, 1_000, []);
}

test("a second is kept by site, archive, agent and reader, and read as it was", () => {
  const spans = spansOf(2);
  const packed = packSecond(spans);
  const scoped = spans.filter(({ scope }) => Object.keys(scope).length > 0);
  expect(packed.size).toBe(1 + 1 + 2 + 2);
  expect(scoped.map(({ scope }) => unpackSecond(packed.get(scopeKey(scope)) ?? "", scope, second))).toEqual(
    scoped,
  );
});

test("a second has its room: sites and archives come first, readers last", () => {
  const packed = packSecond(spansOf(900));
  const bytes = [...packed].reduce((sum, [key, text]) => sum + key.length + text.length, 0);
  expect(bytes).toBeLessThanOrEqual(32_768);
  const keys = [...packed.keys()];
  expect(keys.filter((key) => key.startsWith("site="))).toHaveLength(3);
  expect(keys).toContain("archive=main");
  expect(keys.some((key) => key.includes("agent="))).toBe(true);
  expect(keys.some((key) => key.includes("reader="))).toBe(false);
});

test("what cannot be read is none", () => {
  for (const text of ["", "{", "{}", '{"counts":{"tap.archived":-1},"times":{}}'])
    expect(unpackSecond(text, { site: "north" }, second)).toBeNull();
});
