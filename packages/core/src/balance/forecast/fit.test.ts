import { seededRandom } from "@tapline/core/kernel";
import { expect, test } from "vitest";
import { gauss } from "../simulation/trace.ts";
import { fitModel } from "./fit.ts";

const day = 24;

/** Load whose noise and bursts are shares of itself, by the hour. */
function load(days: number): number[] {
  const random = seededRandom(4);
  let burst = 0;
  return Array.from({ length: days * day }, (_, step) => {
    const noon = Math.exp(-((((step % day) - 12) / 4) ** 2));
    if (random() < 0.04) burst = 2;
    return (5 + 100 * noon) * Math.exp(0.1 * gauss(random)) * (burst-- > 0 ? 3 : 1);
  });
}

test("load that moves by shares of itself is foretold on a scale on which it does not", () => {
  const [values, known] = [load(35), 21 * day];
  const model = fitModel(values.slice(0, known), [day, 7 * day], 3);
  let [off, naiveOff] = [0, 0];
  for (const [index, value] of values.entries()) {
    if (index < known) continue;
    const judged = values[index + 2];
    if (judged === undefined) break;
    off += Math.abs(judged - model.forecast(3));
    naiveOff += Math.abs(judged - (values[index + 2 - day] ?? 0));
    model.add(value);
  }
  // As it is, it comes to 0.87.
  expect(off / naiveOff).toBeLessThan(0.8);
});

test("where nothing ever came nothing is foretold, and nobody knows is no zero", () => {
  expect(fitModel(Array<number>(4 * day).fill(0), [day], 3).forecast(1)).toBe(0);
  const known = Array.from({ length: 4 * day }, (_, step) => (step % 5 === 0 ? null : 10));
  expect(fitModel(known, [day], 3).forecast(2)).toBeCloseTo(10, 6);
});
