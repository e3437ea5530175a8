import fc from "fast-check";
import { expect, it } from "vitest";
import { ClockSkew, clockSample } from "./clock-skew.ts";

it("is right to half the round trip, whichever way the delay lies", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.nat(5000),
      fc.nat(5000),
      fc.nat(1000),
      (skewMs, thereMs, backMs, workMs) => {
        const receivedAtEpochMs = 1e12 + thereMs + skewMs;
        const answer = { receivedAtEpochMs, answeredAtEpochMs: receivedAtEpochMs + workMs };
        const sample = clockSample(1e12, thereMs + workMs + backMs, answer);
        expect(sample.roundTripMs).toBe(thereMs + backMs);
        expect(Math.abs(sample.skewMs - skewMs)).toBeLessThanOrEqual(sample.roundTripMs / 2);
      },
    ),
  );
});

it("trusts the samples that were least under way", () => {
  const skew = new ClockSkew();
  expect(skew.ms).toBeNull();
  for (const [skewMs, roundTripMs] of [
    [900, 2000],
    [101, 10],
    [-700, 1700],
    [99, 12],
    [100, 11],
  ] as const)
    skew.add({ skewMs, roundTripMs });
  expect(skew.ms).toBe(100);
});

it("begins anew where a clock was set", () => {
  const skew = new ClockSkew();
  for (let i = 0; i < 8; i++) skew.add({ skewMs: 5, roundTripMs: 4 });
  skew.add({ skewMs: -3_600_000, roundTripMs: 6 });
  expect(skew.ms).toBe(-3_600_000);
});
