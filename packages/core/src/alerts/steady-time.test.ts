import fc from "fast-check";
import { expect, test } from "vitest";
import { SteadyTime } from "./steady-time.ts";

const never = Number.POSITIVE_INFINITY;

test("time goes on with the wall clock, not back with it, and on from where it stood", () => {
  const time = new SteadyTime(1_000);
  expect([3_000, 2_000, 2_500].map((nowEpochMs) => time.advance(nowEpochMs, never))).toEqual([
    3_000, 3_000, 3_500,
  ]);
  expect(time.epochMsOf(4_000)).toBe(3_000);
});

test("a step far beyond the moment that was agreed counts nothing; one that is late by little, or agreed on nothing, counts", () => {
  const time = new SteadyTime(0);
  expect(time.advance(86_400_000, 5_000)).toBe(0);
  expect(time.advance(86_400_000 + 15_000, 5_000)).toBe(15_000);
  expect(time.advance(2 * 86_400_000, never)).toBeGreaterThan(86_000_000);
});

test("whatever the clock does, time never goes back, and never beyond what was due by more than the grace", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.nat(1e6))), (steps) => {
      let [epochMs, last] = [0, 0];
      const time = new SteadyTime(0);
      for (const [stepMs, dueInMs] of steps) {
        epochMs += stepMs;
        const now = time.advance(epochMs, last + dueInMs);
        expect(now).toBeGreaterThanOrEqual(last);
        expect(now).toBeLessThanOrEqual(last + dueInMs + 10_000);
        last = now;
      }
    }),
  );
});
