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

test("a slow answer says less of the server's time than a quick one, until that is a minute old", () => {
  vi.useFakeTimers({ now: 100_000 });
  learnServerTime(200_000, 99_990, 100_000);
  expect(serverNow()).toBe(200_005);
  learnServerTime(200_000, 99_000, 100_000);
  expect(serverNow()).toBe(200_005);
  vi.setSystemTime(200_000);
  learnServerTime(300_000, 199_900, 200_000);
  expect(serverNow()).toBe(300_050);
  vi.useRealTimers();
});
