import { expect, test } from "vitest";
import type { KpiScope, KpiSpan } from "../kpi/index.ts";
import { type Preview, RulePreview } from "./preview.ts";
import { rule } from "./rule.fixture.ts";

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
const until = 20_000 * dayMs;
const from = until - 2 * hourMs;
const [north, south]: KpiScope[] = [{ site: "north" }, { site: "south" }];

const rejects = rule({
  ...{ id: "rejects-high", kpi: "taps.rejected_per_minute", per: "site" },
  condition: { kind: "threshold", limit: { above: 10 } },
});

/** Plays counts of refused taps, by minutes before the end, to a rule; of minutes that `missing` names there is no history. */
function played(
  of: typeof rejects,
  counts: readonly (readonly [scope: KpiScope | undefined, minutesBefore: number, rejected: number])[],
  { missing = [] as readonly number[], maxScopes = 100, fromEpochMs = from } = {},
): Preview {
  const preview = new RulePreview(of, { fromEpochMs, untilEpochMs: until, maxScopes });
  for (let at = preview.readFromEpochMs; at < until; at += minuteMs) {
    const before = (until - at) / minuteMs;
    const spans: KpiSpan[] = counts
      .filter(([, minute]) => minute === before)
      .map(([scope = {}, , rejected]) => ({
        ...{ scope, startEpochMs: at, resolutionMs: minuteMs, times: {}, levels: {} },
        counts: { "tap.rejected": rejected, "tap.archived": 5 },
      }));
    preview.takeMinute(at, missing.includes(before) ? null : spans);
  }
  return preview.result();
}

test("a preview tells by scope how often the rule would have fired, for how long, and what stands still", () => {
  const told = played(rejects, [
    ...([90, 89, 88, 40, 2, 1].map((minute) => [north, minute, 50]) as [KpiScope, number, number][]),
    ...([
      [south, 30, 11],
      [south, 20, 10],
    ] as [KpiScope, number, number][]),
  ]);
  const none = { stoodBefore: false, stands: false };
  expect(told).toEqual({
    ...{ ruleId: "rejects-high", fromEpochMs: from, untilEpochMs: until, resolutionMs: minuteMs, fired: 4 },
    ...{ activeMs: 6 * minuteMs, longestMs: 3 * minuteMs },
    scopes: [
      { scope: north, fired: 3, activeMs: 5 * minuteMs, longestMs: 3 * minuteMs, ...none, stands: true },
      { scope: south, fired: 1, activeMs: minuteMs, longestMs: minuteMs, ...none },
    ],
    unjudged: { because: null, beforeEpochMs: null, missingMs: 0, refusedScopes: 0, windowMs: null },
  });
});

test("what stood when the time began counts from then on, and is no time that it fired", () => {
  const delayed = rule({ ...rejects, onDelayMs: 5 * minuteMs });
  const counts = Array.from({ length: 60 }, (_, n) => [north, 150 - n, 99] as const);
  const { fired, scopes } = played(delayed, counts);
  expect(fired).toBe(0);
  expect(scopes).toMatchObject([{ scope: north, fired: 0, activeMs: 31 * minuteMs, stoodBefore: true }]);
});

test("of minutes that nobody kept nothing is known: an alert stands through them, and none begins", () => {
  const told = played(
    rejects,
    [
      [north, 60, 50],
      [north, 50, 50],
    ],
    { missing: [59, 58, 57, 50] },
  );
  expect(told).toMatchObject({ fired: 1, activeMs: 4 * minuteMs, unjudged: { missingMs: 4 * minuteMs } });
});

test("longer windows than a minute are full when the time begins", () => {
  const ratio = rule({
    ...{ id: "acceptance-low", kpi: "taps.acceptance_ratio" },
    condition: { kind: "threshold", limit: { below: 0.6 } },
  });
  const steady = Array.from({ length: 126 }, (_, n) => [undefined, 126 - n, n === 10 ? 45 : 0] as const);
  expect(played(ratio, steady)).toMatchObject({ fired: 1, activeMs: 5 * minuteMs });
});

test("what history cannot tell is said", () => {
  const long = { fromEpochMs: until - 7 * dayMs };
  const perAgent = rule({ ...rejects, per: "agent" });
  expect(played(perAgent, [], long).unjudged.beforeEpochMs).toBe(until - 2 * dayMs);
  const level = rule({ ...rejects, kpi: "agents.outbox_oldest_ms", per: "agent" });
  expect(played(level, [], long).unjudged.because).toBe("levels-not-kept");
  const silent = rule({ ...rejects, condition: { kind: "absence", afterMs: 60_000 } });
  expect(played(silent, [], long).unjudged.because).toBe("silence-not-kept");
  const budget = rule({ ...rejects, kpi: "availability.budget_left_ratio", per: "all" });
  expect(played(budget, [], long).unjudged.windowMs).toBe(30 * dayMs);
  const many = Array.from({ length: 5 }, (_, n) => [{ site: `s${n}` }, 3, 50] as const);
  expect(played(rejects, many, { maxScopes: 3 })).toMatchObject({ fired: 3, unjudged: { refusedScopes: 2 } });
});
