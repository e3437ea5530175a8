import { expect, it } from "vitest";
import { exponentialBackoff, retryAfterMs } from "./backoff.ts";

it("doubles its wait up to 30 s, with the upper half left to chance, and begins anew after a success", () => {
  const low = exponentialBackoff(() => 0);
  const high = exponentialBackoff(() => 0.999_999);
  expect([low.nextMs(), low.nextMs(), low.nextMs()]).toEqual([125, 250, 500]);
  for (let i = 0; i < 40; i++) high.nextMs();
  expect(high.nextMs()).toBeCloseTo(30_000, 0);
  high.reset();
  expect(high.nextMs()).toBeCloseTo(250, 0);
});

it("reads Retry-After as seconds or as a date, and never waits longer than five minutes for it", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(retryAfterMs("2", now)).toBe(2000);
  expect(retryAfterMs("Thu, 01 Jan 2026 00:00:09 GMT", now)).toBe(9000);
  expect(retryAfterMs("Thu, 01 Jan 2025 00:00:00 GMT", now)).toBe(0);
  expect(retryAfterMs("99999999", now)).toBe(300_000);
  expect(retryAfterMs("soon", now)).toBeNull();
  expect(retryAfterMs(undefined, now)).toBeNull();
});
