import fc from "fast-check";
import { expect, test } from "vitest";
import { Histogram, relativeError } from "./histogram.ts";

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
  expect(new Histogram().quantiles(shares)).toEqual(shares.map(() => null));
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
