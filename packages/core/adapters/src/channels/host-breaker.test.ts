import { expect, test } from "vitest";
import { HostBreaker } from "./host-breaker.ts";

test("a host that answers nothing three times is let alone for longer and longer, with one attempt between", () => {
  let nowEpochMs = 0;
  const breaker = new HostBreaker(() => nowEpochMs);
  for (let i = 0; i < 3; i++) {
    expect(breaker.pauseOf("hangs.example")).toBe(0);
    breaker.note("hangs.example", false);
  }
  expect(breaker.pauseOf("hangs.example")).toBe(30_000);
  expect(breaker.pauseOf("well.example")).toBe(0);
  nowEpochMs += 30_000;
  // One may try; others wait for what comes of it.
  expect(breaker.pauseOf("hangs.example")).toBe(0);
  expect(breaker.pauseOf("hangs.example")).toBeGreaterThan(0);
  breaker.note("hangs.example", false);
  expect(breaker.pauseOf("hangs.example")).toBe(60_000);
  for (let i = 0; i < 20; i++) breaker.note("hangs.example", false);
  expect(breaker.pauseOf("hangs.example")).toBe(600_000);
  breaker.note("hangs.example", true);
  expect(breaker.pauseOf("hangs.example")).toBe(0);
});

test("of a host that answers now and then nothing is held against it", () => {
  const breaker = new HostBreaker(() => 0);
  for (let i = 0; i < 20; i++) breaker.note("shaky.example", i % 3 === 2);
  expect(breaker.pauseOf("shaky.example")).toBe(0);
});
