import { expect, test } from "vitest";
import { type SignOfLife, TelemetryRecorder } from "../telemetry/index.ts";
import { KpiWindow, kpiLiveSchema, kpiPointSchema } from "./index.ts";

const t0 = 1_790_000_000_000;
const noDrills = { provenAtEpochMs: null, firstArchivedAtEpochMs: null, everyMs: null, readBack: [] };
const roles = ["ingest", "buffer", "validation", "encryption", "transfer", "kpi"];

const delta = (taps: number, latencyMs = 20) => {
  const recorder = new TelemetryRecorder("test");
  recorder.count("tap.ingested", taps);
  recorder.count("tap.archived", taps);
  recorder.time("tap.to_archive_ms", latencyMs, taps);
  recorder.reject("bad-signature", "gate-1", "front");
  const taken = recorder.take(t0, { roles, awayArchives: [] });
  if (taken === null) throw new Error("nothing recorded");
  return taken;
};

const signOf = (instance: string, its: string[], awayArchives: SignOfLife["awayArchives"] = []) => {
  const taken = new TelemetryRecorder(instance).take(t0, { roles: its, awayArchives });
  if (taken === null) throw new Error("no sign of life");
  return taken;
};

test("a delta counts in one second, once, and in the totals", () => {
  const window = new KpiWindow(t0);
  window.add(delta(3), t0);
  const points = window.closeSeconds(t0 + 2_500);
  expect(points.map((point) => point.archived)).toEqual([3, 0]);
  expect(points.map((point) => kpiPointSchema.parse(point).startEpochMs)).toEqual([t0, t0 + 1000]);
  expect(window.closeSeconds(t0 + 2_600)).toEqual([]);
  window.readBacklog({ taps: 5, oldestAtEpochMs: t0 });
  expect(window.totals).toMatchObject({ ingested: 3 + 1 + 5, archived: 3, rejected: 1 });
});

test("rates are means over the last five seconds, latency and rejects over the last minute", () => {
  const window = new KpiWindow(t0);
  for (let second = 0; second < 120; second++) {
    window.add(delta(10, second < 50 ? 500 : 20), t0 + second * 1000);
    window.closeSeconds(t0 + (second + 1) * 1000);
  }
  const live = kpiLiveSchema.parse(window.live(t0 + 120_000, "life", 1, noDrills));
  expect(live.tapsPerSecond).toBeCloseTo(10, 5);
  expect(live.tapToArchiveMs.count).toBe(600);
  expect(live.tapToArchiveMs.p99).toBeGreaterThan(19.5);
  expect(live.tapToArchiveMs.p99).toBeLessThan(20.5);
  expect(live.rejects).toEqual({ "bad-signature": 60 });
});

test("what an earlier life closed counts in the last minute, and leaves it when its time is over", () => {
  const first = new KpiWindow(t0);
  first.add(delta(10, 500), t0);
  const recent = first.closeSeconds(t0 + 1_000);
  const window = new KpiWindow(t0 + 1_000, undefined, recent);
  window.add(delta(5), t0 + 1_000);
  const { tapToArchiveMs, rejects } = window.live(t0 + 1_500, "life", 1, noDrills);
  expect(tapToArchiveMs.count).toBe(15);
  expect(rejects).toEqual({ "bad-signature": 2 });
  window.closeSeconds(t0 + 61_000);
  const later = window.live(t0 + 61_000, "life", 2, noDrills).tapToArchiveMs;
  expect(later.count).toBe(5);
  expect(later.p99).toBeLessThan(21);
});

test("the first second after a start is not blown up to a rate", () => {
  const window = new KpiWindow(t0);
  window.add(delta(5), t0);
  expect(window.live(t0 + 10, "life", 1, noDrills).tapsPerSecond).toBe(5);
});

test("a clock that jumps a day ahead closes a minute at most and loses no count", () => {
  const window = new KpiWindow(t0);
  window.add(delta(7), t0);
  const points = window.closeSeconds(t0 + 86_400_000);
  expect(points.length).toBeLessThanOrEqual(60);
  expect(points.reduce((sum, point) => sum + point.archived, 0)).toBe(7);
});

test("the age of the oldest tap grows while nothing ends", () => {
  const window = new KpiWindow(t0);
  window.readBacklog({ taps: 4, oldestAtEpochMs: t0 - 500 });
  expect(window.live(t0 + 1000, "life", 1, noDrills)).toMatchObject({ backlog: 4, oldestAgeMs: 1500 });
});

test("what nobody alive could count is not known, rather than zero", () => {
  const window = new KpiWindow(t0);
  const unknown = { tapsPerSecond: null, archivedPerSecond: null, rejects: null, duplicates: null };
  const atStart = kpiLiveSchema.parse(window.live(t0, "life", 1, noDrills));
  expect(atStart).toMatchObject({ ...unknown, silent: roles.slice(0, 5) });
  window.add(signOf("door", ["ingest"]), t0);
  window.add(signOf("pipeline", roles.slice(1)), t0 + 4_000);
  expect(window.live(t0 + 5_000, "life", 2, noDrills)).toMatchObject({
    ...{ tapsPerSecond: 0, archivedPerSecond: 0, rejects: {}, duplicates: 0, silent: [] },
  });
  const doorGone = window.live(t0 + 7_000, "life", 3, noDrills);
  expect(doorGone).toMatchObject({ tapsPerSecond: null, archivedPerSecond: 0, silent: ["ingest"] });
  expect(window.live(t0 + 11_000, "life", 4, noDrills)).toMatchObject(unknown);
});

test("an archive that anybody cannot use is named, since the earliest that anyone says, until it is used again", () => {
  const window = new KpiWindow(t0);
  const away = (forMs: number) => [
    // The picture is for all who look: what the error says is not.
    { archive: "main", forMs, why: "unavailable" as const, error: "10.0.0.7 does not answer" },
  ];
  window.add(signOf("one", roles, away(20_000)), t0);
  window.add(signOf("two", roles, away(30_000)), t0 + 1_000);
  expect(window.live(t0 + 2_000, "life", 1, noDrills).awayArchives).toEqual([
    { archive: "main", sinceEpochMs: t0 - 29_000, why: "unavailable" },
  ]);
  window.add(signOf("two", roles), t0 + 3_000);
  window.add(signOf("one", roles), t0 + 3_000);
  expect(window.live(t0 + 3_500, "life", 2, noDrills).awayArchives).toEqual([]);
});
