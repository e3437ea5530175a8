import { expect, it } from "vitest";
import { fullJitterBackoff, retryAfterMs } from "./backoff.ts";

it("waits anything up to a ceiling that doubles to 30 s, and begins anew after a success", () => {
  const low = fullJitterBackoff(() => 0);
  const half = fullJitterBackoff(() => 0.5);
  expect([low.nextMs(), low.nextMs()]).toEqual([0, 0]);
  expect([half.nextMs(), half.nextMs(), half.nextMs()]).toEqual([125, 250, 500]);
  for (let i = 0; i < 40; i++) half.nextMs();
  expect(half.nextMs()).toBe(15_000);
  half.reset();
  expect(half.nextMs()).toBe(125);
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
