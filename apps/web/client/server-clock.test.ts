import { expect, test, vi } from "vitest";
import { learnServerTime, serverNow } from "./server-clock.ts";

test("the server's time is whole milliseconds, however long its answer took", () => {
  vi.useFakeTimers({ now: 1_000 });
  learnServerTime(5_000, 998, 1_001);
  expect(serverNow()).toBe(5_001);
  learnServerTime(Number.NaN, 998, 1_000);
  expect(serverNow()).toBe(5_001);
  vi.useRealTimers();
});
