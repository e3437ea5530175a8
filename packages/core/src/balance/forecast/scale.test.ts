import { describe, expect, test } from "vitest";
import { HoltWinters } from "./holt-winters.ts";
import { ScaledModel, scalesFor } from "./scale.ts";

describe("the scale of a series", () => {
  test("brings each value back, nothing at all included", () => {
    const scales = scalesFor([0, 10, null, 20]);
    expect(scales).toHaveLength(3);
    for (const { to, from } of scales)
      for (const value of [0, 0.001, 1, 20, 1e6]) expect(from(to(value))).toBeCloseTo(value, 6);
  });

  test("is never a logarithm where nothing ever came", () => {
    for (const values of [[], [0, 0], [null]]) {
      const scales = scalesFor(values);
      expect(scales).toHaveLength(2);
      for (const { to, from } of scales) expect(from(to(0))).toBe(0);
    }
  });

  test("never brings back less than nothing", () => {
    for (const { from } of scalesFor([10, 20])) expect(from(-100)).toBe(0);
  });

  test("is where a model learns: half way from 4 to 16 is 9 by roots", () => {
    const [, root] = scalesFor([4, 16]);
    if (root === undefined) throw new Error("no root");
    const half = { level: 0.5, trend: 0, seasons: [], damping: 1, errorCarry: 0 };
    const model = new ScaledModel(new HoltWinters(half, [], [2, 6]), root);
    expect(model.forecast(1)).toBe(16);
    model.add(4);
    expect(model.forecast(1)).toBe(9);
    model.add(null);
    expect(model.forecast(5)).toBe(9);
  });
});
