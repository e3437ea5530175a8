import { expect, test } from "vitest";
import { restoreFreshness } from "./index.ts";

const hourMs = 3_600_000;
const now = 1_800_000_000_000;

test("a proof is current within twice the schedule, and stale from then on", () => {
  const at = (ageMs: number) => restoreFreshness({ provenAtEpochMs: now - ageMs, everyMs: hourMs }, now);
  expect([at(0), at(2 * hourMs), at(2 * hourMs + 1)]).toEqual(["current", "current", "stale"]);
});

test("what was never proven is stale where it is tried, and off where nobody tries", () => {
  expect(restoreFreshness({ provenAtEpochMs: null, everyMs: hourMs }, now)).toBe("stale");
  expect(restoreFreshness({ provenAtEpochMs: null, everyMs: null }, now)).toBe("off");
});
