import { expect, test } from "vitest";
import { type Hold, holdOn } from "./index.ts";

/** Cut on 2025-11-07. */
const segment = "019a5e2b-7c00-7abc-8def-0123456789ab";
const known = { segment, agents: new Set(["gate-1"]), trackers: new Set(["aa"]) };
const hold = (given: Partial<Hold>): Hold => ({
  ...{ id: 1, kind: "days", subject: "", firstDay: null, lastDay: null, reason: "court", ...given },
});
const guards = (given: Partial<Hold>, of = known) => holdOn([hold(given)], of) !== null;

test("days guard what was cut on them, the first and the last included", () => {
  const span = (firstDay: string | null, lastDay: string | null) => guards({ firstDay, lastDay });
  expect([span("2025-11-07", "2025-11-07"), span(null, null), span(null, "2025-11-08")]).toEqual([
    true,
    true,
    true,
  ]);
  expect([span("2025-11-08", null), span(null, "2025-11-06")]).toEqual([false, false]);
});

test("an agent, a tracker, a segment guard their own, within their days", () => {
  expect([
    guards({ kind: "agent", subject: "gate-1" }),
    guards({ kind: "agent", subject: "gate-2" }),
  ]).toEqual([true, false]);
  expect([guards({ kind: "tracker", subject: "aa" }), guards({ kind: "tracker", subject: "bb" })]).toEqual([
    true,
    false,
  ]);
  expect([guards({ kind: "segment", subject: segment }), guards({ kind: "segment", subject: "x" })]).toEqual([
    true,
    false,
  ]);
  expect(guards({ kind: "agent", subject: "gate-1", firstDay: "2025-12-01" })).toBe(false);
});

test("a segment of which nobody knows whose taps it holds is guarded by each agent's and tracker's hold", () => {
  const unknown = { segment, agents: null, trackers: null };
  expect(holdOn([hold({ kind: "agent", subject: "gate-9" })], unknown)?.id).toBe(1);
  expect(holdOn([hold({ kind: "tracker", subject: "zz" })], unknown)?.id).toBe(1);
  expect(holdOn([], unknown)).toBeNull();
});
