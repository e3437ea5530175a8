import { hasCode, TaplineError } from "@tapline/core/kernel";
import { expect, test } from "vitest";
import { BodyRate } from "./body-rate.ts";

const mebibyte = 1024 * 1024;

/** After how many ms `agent` is to come again; 0 = it may come now. */
function waits(rate: BodyRate, agent: string, nowEpochMs: number): number {
  try {
    rate.assertSparing(agent, nowEpochMs);
    return 0;
  } catch (error) {
    if (!(error instanceof TaplineError) || !hasCode(error, "overloaded")) throw error;
    return Number(error.facts.retryAfterMs);
  }
}

test("an agent that brings no more than its taps can have is never held up", () => {
  const rate = new BodyRate(5_000);
  for (let second = 0; second < 100; second++) {
    expect(waits(rate, "a", second * 1_000)).toBe(0);
    rate.spend("a", 5_000 * 1_024, second * 1_000);
  }
});

test("what is too much is made up for, by that agent alone", () => {
  const rate = new BodyRate(512);
  for (const _ of [1, 2]) rate.spend("a", 2 * mebibyte, 0);
  expect(waits(rate, "a", 0)).toBe(2_001);
  expect(waits(rate, "a", 1_000)).toBe(1_001);
  expect(waits(rate, "b", 0)).toBe(0);
  expect(waits(rate, "a", 2_001)).toBe(0);
});

test("a clock that jumps back gives nothing, and one body fits at the smallest rate", () => {
  const rate = new BodyRate(1);
  expect(waits(rate, "a", 10_000)).toBe(0);
  rate.spend("a", 2 * mebibyte, 10_000);
  expect(waits(rate, "a", 0)).toBeGreaterThan(0);
  expect(waits(rate, "a", 2_000)).toBe(0);
});
