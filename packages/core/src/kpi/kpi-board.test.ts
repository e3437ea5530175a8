import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Histogram, type SignOfLife, TelemetryRecorder } from "../telemetry/index.ts";
import {
  KpiBoard,
  type KpiId,
  type KpiSample,
  type KpiScope,
  kpiCatalog,
  kpiIds,
  scopeKey,
} from "./index.ts";

const t0 = Date.UTC(2026, 10, 29, 12);
const roles = ["ingest", "buffer", "validation", "encryption", "transfer"];

/** A board, and the last sample of each KPI and scope that it gave. */
function boardAt(startEpochMs = t0) {
  const board = new KpiBoard(startEpochMs);
  const last = new Map<string, KpiSample>();
  const advance = (atEpochMs: number): KpiSample[] => {
    const samples = board.advance(atEpochMs);
    for (const sample of samples) last.set(`${sample.kpi} ${scopeKey(sample.scope)}`, sample);
    return samples;
  };
  const value = (kpi: KpiId, scope: KpiScope = {}) => last.get(`${kpi} ${scopeKey(scope)}`)?.value;
  const tell = (
    atEpochMs: number,
    fill: (telemetry: TelemetryRecorder) => void,
    sign: SignOfLife | null = null,
  ) => {
    const telemetry = new TelemetryRecorder("test");
    fill(telemetry);
    const delta = telemetry.take(atEpochMs, sign);
    if (delta !== null) board.add(delta, atEpochMs);
  };
  const live = (atEpochMs: number, awayArchives: SignOfLife["awayArchives"] = []) =>
    tell(atEpochMs, () => undefined, { roles, awayArchives });
  live(startEpochMs);
  return { board, advance, value, tell, live, last };
}

const scopeOf = (agent: string, reader: string): KpiScope => ({ site: "default", agent, reader });

type Done = {
  readonly agent: string;
  readonly reader: string;
  readonly archived: number;
  readonly rejected: number;
  readonly latencyMs: number;
  readonly atMs: number;
};

function count(telemetry: TelemetryRecorder, one: Omit<Done, "atMs">): void {
  const { agent, reader, archived, rejected, latencyMs } = one;
  telemetry.countOfReader("tap.archived", agent, reader, archived);
  for (let n = 0; n < rejected; n++) telemetry.reject("unsigned", agent, reader);
  telemetry.timeOfAgent("tap.to_archive_ms", agent, latencyMs);
}

/** What windows hold at `nowMs` of all that was done for some, computed anew. */
function recomputed(done: readonly Done[], nowMs: number) {
  const within = (windowMs: number, sliceMs: number) =>
    done.filter(({ atMs }) => Math.floor(atMs / sliceMs) * sliceMs + windowMs > nowMs);
  const sum = (some: readonly Done[], what: "archived" | "rejected") =>
    some.reduce((n, one) => n + one[what], 0);
  const ended = within(300_000, 5_000);
  const [good, bad] = [sum(ended, "archived"), sum(ended, "rejected")];
  const timed = new Histogram();
  for (const { latencyMs } of within(60_000, 1_000)) timed.record(latencyMs);
  return {
    archivedPerSecond: sum(within(5_000, 250), "archived") / 5,
    rejectedPerMinute: sum(within(60_000, 1_000), "rejected"),
    acceptance: good + bad === 0 ? null : good / (good + bad),
    p95: timed.quantile(0.95),
  };
}

const scopes: readonly (readonly [KpiScope, (one: Done) => boolean])[] = [
  [{}, () => true],
  [{ site: "default" }, () => true],
  [{ site: "default", agent: "a" }, ({ agent }) => agent === "a"],
  [scopeOf("b", "back"), ({ agent, reader }) => agent === "b" && reader === "back"],
];

function assertRecomputed(
  value: (kpi: KpiId, scope?: KpiScope) => number | null | undefined,
  done: readonly Done[],
  nowMs: number,
): void {
  for (const [scope, isOf] of scopes) {
    const want = recomputed(done.filter(isOf), nowMs);
    expect(value("taps.archived_per_second", scope) ?? 0).toBeCloseTo(want.archivedPerSecond, 9);
    expect(value("taps.rejected_per_minute", scope) ?? 0).toBe(want.rejectedPerMinute);
    expect(value("taps.acceptance_ratio", scope) ?? null).toBe(want.acceptance);
    if (!("reader" in scope)) expect(value("tap.to_archive_p95_ms", scope) ?? null).toBe(want.p95);
  }
  const { rejectedPerMinute } = recomputed(done, nowMs);
  expect(value("taps.rejected_per_minute", { reason: "unsigned" }) ?? 0).toBe(rejectedPerMinute);
}

describe("figures are what a recomputation from all that was counted gives", () => {
  const event = fc.record({
    afterMs: fc.integer({ min: 0, max: 1_500 }),
    agent: fc.constantFrom("a", "b"),
    reader: fc.constantFrom("front", "back"),
    archived: fc.nat({ max: 5 }),
    rejected: fc.nat({ max: 2 }),
    latencyMs: fc.integer({ min: 1, max: 10_000 }),
  });
  const events = fc.array(event, { maxLength: 60 });
  const looks = fc.array(fc.nat({ max: 3_000 }), { maxLength: 5 });

  test("of all, of sites, agents and readers, whenever one looks", () => {
    const holds = (
      given: readonly (Omit<Done, "atMs"> & { afterMs: number })[],
      lookAfterMs: readonly number[],
    ) => {
      const { advance, value, tell, live } = boardAt();
      let nowMs = t0;
      const done: Done[] = [];
      for (const [i, one] of given.entries()) {
        nowMs += one.afterMs;
        done.push({ ...one, atMs: nowMs });
        tell(nowMs, (telemetry) => count(telemetry, one));
        if (i % 3 === 0) advance(nowMs);
      }
      for (const afterMs of [...lookAfterMs, 0]) {
        nowMs += afterMs;
        live(nowMs);
        advance(nowMs);
      }
      assertRecomputed(value, done, nowMs);
    };
    fc.assert(
      fc.property(events, looks, (...given) => void holds(...given)),
      { numRuns: 60 },
    );
  });

  test("the events of a ratio's samples add up to all that was counted, each once", () => {
    const { advance, tell } = boardAt();
    const samples: KpiSample[] = [];
    for (let i = 0; i < 10; i++) {
      tell(t0 + i * 100, (telemetry) => {
        telemetry.countOfReader("tap.ingested", "a", "front", 9);
        telemetry.countOfAgent("tap.turned_away", "a", 1);
      });
      samples.push(...advance(t0 + i * 100));
    }
    const told = samples.filter(({ kpi, scope }) => kpi === "availability.ratio" && scopeKey(scope) === "");
    expect(told.reduce((n, { events }) => n + (events?.good ?? 0), 0)).toBe(90);
    expect(told.reduce((n, { events }) => n + (events?.total ?? 0), 0)).toBe(100);
  });
});

describe("the board", () => {
  test("tells what all of the installation has from the beginning: every KPI that needs no reading", () => {
    const { advance } = boardAt();
    const told = new Set(advance(t0).map(({ kpi }) => kpi));
    const missing = kpiIds.filter(
      (kpi) => !told.has(kpi) && !["level", "age"].includes(kpiCatalog[kpi].kind),
    );
    expect(missing).toEqual([]);
  });

  test("tells only what has changed, and says when time alone will change something", () => {
    const { board, advance, value, tell, live } = boardAt();
    advance(t0);
    tell(t0 + 10, (telemetry) => telemetry.countOfReader("tap.ingested", "a", "front", 5));
    const kpis = new Set(advance(t0 + 10).map(({ kpi }) => kpi));
    expect(kpis).toContain("taps.in_per_second");
    expect(kpis).not.toContain("taps.archived_per_second");
    expect(value("taps.in_per_second")).toBe(1);
    expect(advance(t0 + 20)).toEqual([]);
    let steps = 0;
    for (let nowMs = t0 + 20; value("taps.in_per_second") !== 0; nowMs = board.dueEpochMs) {
      live(nowMs);
      advance(nowMs);
      if (++steps > 20) throw new Error("time alone does not end the window");
    }
    expect(value("taps.in_per_second", { site: "default", agent: "a" })).toBe(0);
  });

  test("knows nothing of what nobody counts, and all of it again once somebody does", () => {
    const { advance, value, tell, live } = boardAt();
    tell(t0, (telemetry) => telemetry.countOfReader("tap.ingested", "a", "front", 5));
    advance(t0);
    expect(value("services.silent")).toBe(0);
    advance(t0 + 10_000);
    expect(value("services.silent")).toBe(5);
    expect(value("taps.in_per_second")).toBeNull();
    expect(value("taps.in_per_second", scopeOf("a", "front"))).toBeNull();
    live(t0 + 11_000);
    advance(t0 + 11_000);
    expect(value("taps.in_per_second")).toBe(0);
    expect(value("taps.in_per_second", scopeOf("a", "front"))).toBe(0);
  });

  test("says of a ratio and a quantile of nothing that nothing happened, as long as somebody would have counted it", () => {
    const { advance, tell, live, last } = boardAt();
    const archive = { archive: "main" };
    const standing = (kpi: KpiId, scope: KpiScope = {}) => {
      const { value, idle } = last.get(`${kpi} ${scopeKey(scope)}`) ?? {};
      return { value, idle };
    };
    tell(t0, (telemetry) => {
      telemetry.countOfArchive("archive.failed", "main");
      telemetry.time("ingest.accept_ms", 5);
    });
    advance(t0);
    expect(standing("archive.error_ratio", archive)).toEqual({ value: 1 });
    live(t0 + 305_000);
    advance(t0 + 305_000);
    expect(standing("archive.error_ratio", archive)).toEqual({ value: null, idle: true });
    expect(standing("ingest.accept_p99_ms")).toEqual({ value: null, idle: true });
    advance(t0 + 400_000);
    expect(standing("ingest.accept_p99_ms")).toEqual({ value: null });
    expect(standing("backlog.taps")).not.toHaveProperty("idle", true);
  });

  test("burns the error budget by the workbook's figures, and keeps what earlier lives counted", () => {
    const { board, advance, value, tell } = boardAt();
    board.restoreAvailability([{ atEpochMs: t0 - 3_600_000, bad: 0, all: 899_000 }]);
    tell(t0, (telemetry) => {
      telemetry.count("tap.ingested", 100_986);
      telemetry.count("tap.turned_away", 14);
    });
    advance(t0);
    // 14 of 101,000 within the hour: 13.9 times what 99.999 % allows.
    expect(value("availability.burn_rate_1h")).toBeCloseTo(14 / 101_000 / 1e-5, 6);
    expect(value("availability.ratio")).toBeCloseTo(1 - 14 / 1_000_000, 12);
    expect(value("availability.budget_left_ratio")).toBeCloseTo(1 - 1.4, 6);
  });

  test("goes on where the clock jumps back by a day, and where it jumps ahead", () => {
    const { advance, value, tell, live } = boardAt();
    const ingest = (atMs: number) =>
      tell(atMs, (telemetry) => telemetry.countOfReader("tap.ingested", "a", "front", 5));
    ingest(t0);
    advance(t0);
    const back = t0 - 86_400_000;
    live(back);
    ingest(back + 100);
    advance(back + 100);
    expect(value("taps.in_per_second")).toBe(2);
    live(back + 6_000);
    advance(back + 6_000);
    expect(value("taps.in_per_second")).toBe(0);
  });

  test("tells how long an archive is away, and 0 once it works again", () => {
    const { advance, value, live } = boardAt();
    live(t0, [{ archive: "main", forMs: 7_000, why: "unavailable" }]);
    advance(t0 + 1_000);
    expect(value("archive.away_ms", { archive: "main" })).toBe(8_000);
    live(t0 + 2_000);
    advance(t0 + 2_000);
    expect(value("archive.away_ms", { archive: "main" })).toBe(0);
  });
});
