import { expect, test } from "vitest";
import { restoreFreshness } from "./index.ts";

const hourMs = 3_600_000;
const now = 1_800_000_000_000;

const standing = { provenAtEpochMs: null, firstArchivedAtEpochMs: null, everyMs: hourMs };

test("a proof is current within twice the schedule, and stale from then on", () => {
  const at = (ageMs: number) => restoreFreshness({ ...standing, provenAtEpochMs: now - ageMs }, now);
  expect([at(0), at(2 * hourMs), at(2 * hourMs + 1)]).toEqual(["current", "current", "stale"]);
});

test("the first proof is due, not late, while nothing is archived, and within twice the schedule from then on", () => {
  const at = (ageMs: number) => restoreFreshness({ ...standing, firstArchivedAtEpochMs: now - ageMs }, now);
  expect(restoreFreshness(standing, now)).toBe("due");
  expect([at(0), at(2 * hourMs), at(2 * hourMs + 1)]).toEqual(["due", "due", "stale"]);
});

test("where nobody tries, nothing is due", () => {
  expect(restoreFreshness({ ...standing, everyMs: null }, now)).toBe("off");
});
