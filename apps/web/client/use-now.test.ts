import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tick } from "./use-now.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("all who ask as often are called at once, whenever they began", () => {
  const called: string[] = [];
  const ends = [tick(1_000, () => called.push("a"))];
  vi.advanceTimersByTime(600);
  ends.push(tick(1_000, () => called.push("b")));
  vi.advanceTimersByTime(400);
  expect(called).toEqual(["a", "b"]);
  for (const end of ends) end();
});

test("who has ended is called no more, the others are, and with the last one nothing is left running", () => {
  const called: string[] = [];
  const ends = ["a", "b"].map((who) => tick(500, () => called.push(who)));
  ends[0]?.();
  vi.advanceTimersByTime(1_000);
  expect(called).toEqual(["b", "b"]);
  ends[1]?.();
  expect(vi.getTimerCount()).toBe(0);
});
