import type { KpiLive } from "@tapline/core/kpi";
import { expect, test } from "vitest";
import { wayStages } from "./way-stages.ts";

const live: KpiLive = {
  ...{
    stream: "a",
    seq: 1,
    atEpochMs: 0,
    tapsPerSecond: 12,
    archivedPerSecond: 11.5,
    backlog: 4,
    oldestAgeMs: 900,
  },
  ...{ tapToArchiveMs: { p50: 84, p95: 140, p99: 205, count: 700 }, rejects: { schema: 2, unsigned: 1 } },
  ...{ duplicates: 7, totals: { ingested: 1000, archived: 950, duplicates: 30, rejected: 16, segments: 40 } },
  restore: {
    ...{ provenAtEpochMs: null, firstArchivedAtEpochMs: null, everyMs: null },
    ...{ freshness: "off", readBack: [] },
  },
  ...{ silent: [], awayArchives: [] },
};

test("tells the way of a tap from agent to archive", () => {
  expect(wayStages(live).map((stage) => `${stage.name} ${stage.value} ${stage.unit}`)).toEqual([
    ...["Agents 1,000 taps", "Ingest 12.0 taps/s", "Buffer 4 taps", "Validation 3 rejected"],
    ...["Encryption 40 segments", "Transfer 11.5 taps/s", "Archive 950 taps"],
  ]);
});

test("one of a thing is told as one", () => {
  const one = { ...live, backlog: 1, totals: { ...live.totals, ingested: 1, archived: 1, segments: 1 } };
  const units = wayStages(one).map(({ value, unit }) => `${value} ${unit}`);
  expect(units).toEqual([
    ...["1 tap", "12.0 taps/s", "1 tap", "3 rejected", "1 segment", "11.5 taps/s", "1 tap"],
  ]);
});

test("warns of nothing while all is well, and of a backlog that does not move", () => {
  const warnings = (given: Partial<KpiLive>) =>
    wayStages({ ...live, ...given }).flatMap(({ name, warning }) =>
      warning === null ? [] : [`${name} ${warning}`],
    );
  expect(warnings({})).toEqual([]);
  expect(warnings({ oldestAgeMs: 30_001 })).toEqual(["Buffer waits too long"]);
  const awayArchives = [{ archive: "main", sinceEpochMs: 0, why: "unavailable" as const }];
  expect(warnings({ silent: ["ingest"], awayArchives })).toEqual([
    "Ingest not heard of",
    "Archive main away",
  ]);
});

test("an archive that stays away and a part that nobody hears of are critical, what may be over soon is not", () => {
  const bad = (given: Partial<KpiLive>) =>
    wayStages({ ...live, ...given }).flatMap(({ name, warning, severity }) =>
      warning === null ? [] : [`${name} ${severity}`],
    );
  const away = (sinceEpochMs: number) => ({ archive: "main", sinceEpochMs, why: "unavailable" as const });
  expect(bad({ atEpochMs: 60_000, awayArchives: [away(0)] })).toEqual(["Archive warning"]);
  expect(bad({ atEpochMs: 60_001, awayArchives: [away(0)] })).toEqual(["Archive critical"]);
  expect(bad({ silent: ["ingest"], oldestAgeMs: 30_001 })).toEqual(["Ingest critical", "Buffer warning"]);
});

test("warns of agents only where none of a known fleet is online", () => {
  const warningOf = (fleet?: { known: number; online: number }) => wayStages(live, fleet)[0]?.warning;
  expect([undefined, { known: 0, online: 0 }, { known: 3, online: 1 }].map(warningOf)).toEqual([
    ...[null, null, null],
  ]);
  expect(warningOf({ known: 3, online: 0 })).toBe("none of 3 online");
  expect(warningOf({ known: 1, online: 0 })).toBe("the agent is offline");
});

test("does not make a time up where nothing was archived", () => {
  const idle = { ...live, tapToArchiveMs: { p50: null, p95: null, p99: null, count: 0 } };
  expect(wayStages(idle).find((stage) => stage.name === "Transfer")?.note).toBe("none in 60 s");
});

test("what nobody has counted is no zero", () => {
  const unheard = { tapsPerSecond: null, archivedPerSecond: null, rejects: null, duplicates: null };
  const stages = wayStages({ ...live, ...unheard, silent: ["ingest", "transfer"] });
  expect(stages.flatMap(({ name, value }) => (value === "–" ? [name] : []))).toEqual([
    ...["Ingest", "Validation", "Transfer"],
  ]);
});
