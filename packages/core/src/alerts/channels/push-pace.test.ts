import { expect, test } from "vitest";
import { nextPush, type PushPace, pushesEachMinute, togetherNotice } from "./push-pace.ts";

test("a minute has so many notifications, the last for all that wait; then the next minute is waited for", () => {
  let pace: PushPace | null = null;
  const kinds: string[] = [];
  for (let i = 0; i < pushesEachMinute; i++) {
    const turn = nextPush(pace, 1_000 + i);
    kinds.push(turn.kind);
    if (turn.kind !== "later") ({ pace } = turn);
  }
  expect(kinds).toEqual(["alone", "alone", "alone", "alone", "alone", "together"]);
  expect(nextPush(pace, 60_999)).toEqual({ kind: "later", atEpochMs: 61_000 });
  expect(nextPush(pace, 61_000)).toEqual({ kind: "alone", pace: { sinceEpochMs: 61_000, told: 1 } });
  // A clock that was set back by an hour holds nothing up for an hour.
  expect(nextPush(pace, -3_600_000)).toMatchObject({ kind: "alone" });
});

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
