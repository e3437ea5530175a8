import type { KpiLive } from "@tapline/core/kpi";
import { expect, test } from "vitest";
import { troublesOf } from "./trouble-text.ts";

const now = Date.UTC(2026, 10, 28, 14, 5, 12);
const titles = (given: Pick<KpiLive, "silent" | "awayArchives">) =>
  troublesOf({ ...given, atEpochMs: now } as KpiLive, "utc").map(({ title }) => title);

test("an archive that does not answer is named, with since when and for how long", () => {
  const main = { archive: "main", sinceEpochMs: now - 125_000, why: "unavailable" as const };
  const second = { archive: "second", sinceEpochMs: now - 9_000, why: "misconfigured" as const };
  expect(titles({ silent: [], awayArchives: [main, second] })).toEqual([
    "Archive main has not answered since 14:03:07, for 2 min 5 s",
    "Archive second has refused us since 14:05:03, for 9.0 s",
  ]);
});

test("services that nothing is heard of are named together; while all is well nothing is said", () => {
  expect(titles({ silent: ["ingest", "transfer"], awayArchives: [] })).toEqual([
    "Nothing is heard of: ingest, transfer",
  ]);
  expect(titles({ silent: [], awayArchives: [] })).toEqual([]);
});
