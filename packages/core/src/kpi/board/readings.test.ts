import { expect, test } from "vitest";
import { TelemetryRecorder } from "../../telemetry/index.ts";
import {
  type AgentReading,
  KpiBoard,
  type KpiId,
  type KpiSample,
  type KpiScope,
  scopeKey,
} from "../index.ts";

const t0 = Date.UTC(2026, 10, 29, 12);
const dayMs = 86_400_000;

function agent(
  name: string,
  site: string,
  seenAgoMs: number,
  given: Partial<AgentReportGiven> = {},
): AgentReading {
  const { clockSkewMs = 0, certificateDays = 30, readers = { ready: 1 }, reportEveryMs = null } = given;
  const report = {
    ...{
      version: "1.0.0",
      platform: "linux-x64",
      startedAtEpochMs: 0,
      configRevision: 0,
      link: "grpc" as const,
    },
    ...{
      clockSkewMs,
      outbox: { epoch: 1, nextSeq: 1, taps: 0, bytes: 0, oldestAgeMs: 0 },
      paused: null,
      readers,
    },
    certificateEndsAtEpochMs: t0 + certificateDays * dayMs,
  };
  return { agent: name, site, last: { report, seenAtEpochMs: t0 - seenAgoMs, reportEveryMs } };
}

type AgentReportGiven = {
  clockSkewMs: number;
  certificateDays: number;
  readers: Record<string, number>;
  reportEveryMs: number | null;
};

function told(samples: readonly KpiSample[]) {
  const last = new Map(samples.map((sample) => [`${sample.kpi} ${scopeKey(sample.scope)}`, sample.value]));
  return (kpi: KpiId, scope: KpiScope = {}) => last.get(`${kpi} ${scopeKey(scope)}`);
}

test("agents are counted for all and by site, with the worst of what they report", () => {
  const board = new KpiBoard(t0);
  board.read(
    {
      fleet: [
        agent("a", "north", 1_000, {
          clockSkewMs: -40,
          certificateDays: 3,
          readers: { ready: 2, failed: 1 },
        }),
        agent("b", "north", 600_000, { clockSkewMs: 15, readers: { ready: 2, gone: 1 } }),
        { agent: "c", site: "south", last: null },
      ],
      gaps: new Map([["b", 7]]),
    },
    t0,
  );
  const value = told(board.advance(t0));
  expect([value("agents.online"), value("agents.offline")]).toEqual([1, 2]);
  expect(value("agents.offline", { site: "north" })).toBe(1);
  expect(value("agents.offline", { site: "south", agent: "c" })).toBe(1);
  // One that failed, and the two of the agent that nobody hears of; who is gone is missed by nobody.
  expect(value("readers.silent")).toBe(3);
  expect(value("agents.clock_skew_ms")).toBe(40);
  expect(value("agents.certificate_days_left", { site: "north" })).toBe(3);
  expect([value("gaps.open"), value("gaps.open", { site: "north", agent: "a" })]).toEqual([7, 0]);
});

test("an agent turns offline by time alone, and what is not told of any more is not known", () => {
  const board = new KpiBoard(t0);
  board.read({ fleet: [agent("a", "north", 0)] }, t0);
  board.advance(t0);
  board.read({ fleet: [agent("a", "north", 0)] }, t0 + 180_000);
  expect(told(board.advance(t0 + 180_000))("agents.offline")).toBeUndefined();
  expect(told(board.advance(t0 + 181_001))("agents.offline", { site: "north", agent: "a" })).toBe(1);
  board.read({ fleet: [agent("a", "south", 0)] }, t0 + 181_002);
  const value = told(board.advance(t0 + 181_002));
  expect(value("agents.offline", { site: "north", agent: "a" })).toBeNull();
  expect(value("agents.offline", { site: "south", agent: "a" })).toBe(1);
});

test("ages grow with time, and what has no answer is unknown", () => {
  const board = new KpiBoard(t0);
  board.read(
    {
      buffer: { taps: 3, oldestAtEpochMs: t0 - 500, bytes: 50, ceilingBytes: 200 },
      ...{ oldestKeyAtEpochMs: t0 - 2 * dayMs, firstEndAtEpochMs: null, restoreProvenAtEpochMs: null },
    },
    t0,
  );
  const value = told(board.advance(t0));
  expect([value("backlog.taps"), value("backlog.oldest_ms"), value("buffer.memory_ratio")]).toEqual([
    3, 500, 0.25,
  ]);
  expect([value("keys.age_days"), value("certificates.days_left")]).toEqual([2, null]);
  expect(value("archive.restore_age_ms")).toBeNull();
  expect(told(board.advance(t0 + 1_000))("backlog.oldest_ms")).toBe(1_500);
});

test("what could not be read anew for a minute is not known, part by part, until it is read again", () => {
  const board = new KpiBoard(t0);
  const buffer = { taps: 3, oldestAtEpochMs: null, bytes: 50, ceilingBytes: null };
  const south = { site: "south", agent: "c" };
  const fleet: AgentReading[] = [{ agent: "c", site: "south", last: null }];
  board.read({ buffer, fleet, oldestKeyAtEpochMs: null }, t0);
  board.advance(t0);
  board.read({ fleet }, t0 + 30_000);
  board.advance(t0 + 60_000);
  const late = told(board.advance(t0 + 61_000));
  expect([late("backlog.taps"), late("buffer.memory_bytes")]).toEqual([null, null]);
  expect(late("agents.offline", south)).toBeUndefined();
  expect(told(board.advance(t0 + 91_000))("agents.offline", south)).toBeNull();
  board.read({ buffer }, t0 + 92_000);
  expect(told(board.advance(t0 + 92_000))("backlog.taps")).toBe(3);
});

test("who has not heard of levels is told them all once more, the changed ones alone from then on", () => {
  const board = new KpiBoard(t0);
  board.read({ buffer: { taps: 3, oldestAtEpochMs: null, bytes: 50, ceilingBytes: null } }, t0);
  board.advance(t0);
  expect(told(board.advance(t0 + 2_000))("backlog.taps")).toBeUndefined();
  board.tellAll();
  expect(told(board.advance(t0 + 2_000))("backlog.taps")).toBe(3);
  expect(told(board.advance(t0 + 4_000))("backlog.taps")).toBeUndefined();
});

test("who delivered before the clock was set did so as long ago as before", () => {
  for (const byMs of [3 * 3_600_000, -3 * 3_600_000]) {
    const board = new KpiBoard(t0);
    const telemetry = new TelemetryRecorder("door");
    telemetry.countOfReader("tap.ingested", "a", "hall", 1);
    const delta = telemetry.take(t0, null);
    if (delta !== null) board.add(delta, t0);
    const offlineAt = (atEpochMs: number) => {
      board.read({ fleet: [{ agent: "a", site: "north", last: null }] }, atEpochMs);
      board.tellAll();
      return told(board.advance(atEpochMs))("agents.offline");
    };
    expect(offlineAt(t0)).toBe(0);
    board.clockWasSet(byMs);
    expect([offlineAt(t0 + byMs + 170_000), offlineAt(t0 + byMs + 190_000)]).toEqual([0, 1]);
  }
});

test("an agent that may report rarely is missed after three of its own intervals, one that reports often not sooner", () => {
  const board = new KpiBoard(t0);
  const everyMs = { hourly: 3_600_000, often: 1_000, usual: null };
  const agoMs = { hourly: 3 * 3_600_000, often: 170_000, usual: 190_000 };
  const fleet = (["hourly", "often", "usual"] as const).map((name) =>
    agent(name, "north", agoMs[name], { reportEveryMs: everyMs[name] }),
  );
  board.read({ fleet }, t0);
  const level = told(board.advance(t0));
  expect(level("agents.offline")).toBe(1);
  expect(level("agents.online", { site: "north", agent: "hourly" })).toBe(1);
  expect(level("agents.online", { site: "north", agent: "often" })).toBe(1);
  expect(level("agents.offline", { site: "north", agent: "usual" })).toBe(1);
});
