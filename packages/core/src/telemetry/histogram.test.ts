import fc from "fast-check";
import { expect, test } from "vitest";
import { Histogram, histogramDataSchema, quantileOf, relativeError } from "./histogram.ts";

const shares = [0, 0.5, 0.95, 0.99, 1];
const of = (values: readonly number[]): Histogram => {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
};

test("a quantile is off by the stated error at most, and zero where the values are", () => {
  const values = Array.from({ length: 1_000 }, (_, i) => i);
  const found = of(values).quantiles(shares);
  for (const [i, share] of shares.entries()) {
    const value = values[Math.max(0, Math.ceil(share * values.length) - 1)] ?? Number.NaN;
    expect(Math.abs((found[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(value * relativeError + 1e-9);
  }
  for (const [i, share] of shares.entries()) expect(quantileOf(of(values).data(), share)).toBe(found[i]);
  expect(new Histogram().quantiles(shares)).toEqual(shares.map(() => null));
});

test("only buckets that are some are read", () => {
  const isRead = (buckets: unknown) => histogramDataSchema.safeParse({ zero: 0, buckets }).success;
  for (const good of [[], [[-3, 1]], of([1, 5, 9]).data().buckets]) expect(isRead(good)).toBe(true);
  for (const pair of [
    [1],
    [1, 0],
    [1, 1.5],
    [0.5, 1],
    ["1", 1],
    [1, "1"],
    [1, 1, 1],
    [null, 1],
    [1, null],
    7,
    null,
  ])
    expect(isRead([pair]), JSON.stringify(pair)).toBe(false);
  for (const wrong of [
    undefined,
    {},
    "",
    [
      [2, 1],
      [1, 1],
    ],
    [
      [1, 1],
      [1, 1],
    ],
  ])
    expect(isRead(wrong)).toBe(false);
});

test("what was merged and asked in between, and taken out again, has left nothing", () => {
  const values = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(fc.tuple(values, fc.nat(1)), { maxLength: 8 }), (parts) => {
      const sliding = new Histogram();
      for (const [part] of parts) {
        sliding.merge(of(part).data());
        sliding.quantiles(shares);
      }
      for (const [part, leaves] of parts) if (leaves === 1) sliding.unmerge(of(part).data());
      const fresh = of(parts.flatMap(([part, leaves]) => (leaves === 1 ? [] : part)));
      expect(sliding.data()).toEqual(fresh.data());
      expect(sliding.count).toBe(fresh.count);
      expect(sliding.quantiles(shares)).toEqual(fresh.quantiles(shares));
      expect(sliding.values()).toEqual(fresh.values());
    }),
  );
});
