import { TRPCClientError } from "@trpc/client";
import { expect, test } from "vitest";
import { isBusy, isTriedAgain, retryInMs } from "./retry.ts";

const refusal = (code: string, facts: object = {}) =>
  new TRPCClientError(code, {
    result: { error: { data: { tapline: { code, remedy: null, facts } } } },
  } as never);
const busy = refusal("overloaded", { retryAfterMs: 2_000 });

test("a busy server is asked as soon as it says, then ever later up to a bound, and not by all at once", () => {
  expect([1, 2, 3, 4, 5, 50].map((refused) => retryInMs(busy, refused, 0))).toEqual([
    2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
  ]);
  expect(retryInMs(busy, 1, 1)).toBe(3_000);
  for (let i = 0; i < 100; i++) {
    const ms = retryInMs(busy, 1);
    expect(ms).toBeGreaterThanOrEqual(2_000);
    expect(ms).toBeLessThanOrEqual(3_000);
  }
  expect(retryInMs(refusal("overloaded", { retryAfterMs: 60_000 }), 9, 0)).toBe(60_000);
  expect([isBusy(busy), isTriedAgain(busy)]).toEqual([true, true]);
});

test("a server that does not answer is asked again at an even pace", () => {
  for (const error of [refusal("unavailable"), new Error("no answer")]) {
    expect([1, 9].map((refused) => retryInMs(error, refused))).toEqual([3_000, 3_000]);
    expect([isBusy(error), isTriedAgain(error)]).toEqual([false, true]);
  }
});

test("what would be refused again is not asked again: a search that takes too long, what is not allowed", () => {
  for (const error of [refusal("overloaded"), refusal("forbidden"), refusal("invalid-input")])
    expect([retryInMs(error, 1), isBusy(error), isTriedAgain(error)]).toEqual([null, false, false]);
});
