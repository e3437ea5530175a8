import { expect, test } from "vitest";
import { nextPush, pushesEachMinute, togetherNotice } from "./push-pace.ts";

/** When notices are told that come as often as that, without an end, ms, each of those that wait at once when it may. */
function toldFor(untilEpochMs: number, everyMs: number) {
  const told: { atEpochMs: number; kind: string }[] = [];
  let pace: readonly number[] = [];
  for (let now = 0; now < untilEpochMs; now += everyMs) {
    const turn = nextPush(pace, now);
    if (turn.kind === "later") continue;
    pace = turn.toldAtEpochMs;
    told.push({ atEpochMs: now, kind: turn.kind });
  }
  return told;
}

test("six notices are told, the sixth for all that wait; then the minute since the first of them is waited for", () => {
  const told = toldFor(60_000, 1_000);
  expect(told.map(({ kind }) => kind)).toEqual(["alone", "alone", "alone", "alone", "alone", "together"]);
  const pace = told.map(({ atEpochMs }) => atEpochMs);
  expect(nextPush(pace, 59_999)).toEqual({ kind: "later", atEpochMs: 60_000 });
  // One may be told more, and stands for all; the next one when the second is a minute old.
  expect(nextPush(pace, 60_000)).toEqual({
    ...{ kind: "together", toldAtEpochMs: [1_000, 2_000, 3_000, 4_000, 5_000, 60_000] },
  });
  // A clock that was set back by an hour holds nothing up for an hour.
  expect(nextPush(pace, -3_600_000)).toEqual({ kind: "alone", toldAtEpochMs: [-3_600_000] });
});

test.each([100, 7_000, 11_000])(
  "in no minute there are more than six, where one comes every %i ms",
  (everyMs) => {
    const at = toldFor(600_000, everyMs).map(({ atEpochMs }) => atEpochMs);
    expect(at.length).toBeGreaterThan(50);
    for (const from of at)
      expect(at.filter((one) => one >= from && one < from + 60_000).length).toBeLessThanOrEqual(
        pushesEachMinute,
      );
  },
);

test("what stands for many says how many they are, and is as urgent as the most urgent call", () => {
  const told = (...counts: Parameters<typeof togetherNotice>[1]) => {
    const { severity, message } = togetherNotice("id", counts, 0);
    return `${severity}: ${message}`;
  };
  const call = (severity: "info" | "warning" | "critical", count: number) =>
    ({ kind: "call", severity, count }) as const;
  expect(told(call("warning", 30), call("critical", 2), call("info", 1))).toBe(
    "critical: 33 more alerts, 2 of them critical",
  );
  expect(told(call("warning", 4), { kind: "over", severity: "critical", count: 7 })).toBe(
    "warning: 4 more alerts; news of 7 told before",
  );
  expect(told({ kind: "acknowledged", severity: "critical", count: 7 })).toBe("info: news of 7 more alerts");
});
