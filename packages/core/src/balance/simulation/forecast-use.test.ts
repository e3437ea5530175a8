import { expect, test } from "vitest";
import { stepMs } from "../forecast/forecaster.ts";
import { ForecastUse } from "./forecast-use.ts";

const daySteps = 86_400_000 / stepMs;
const weekSteps = 7 * daySteps;

type Told = {
  /** By how much the same time a day, and a week, before was off. */
  readonly off?: readonly [number, number];
  /** By how much what is expected is off, by how far ahead; empty: no forecast is used. */
  readonly errs: (step: number) => readonly number[];
  readonly steps?: number;
};

/** A run in which 100 come in each step. */
function used({ off: [day, week] = [4, 10], errs, steps = daySteps }: Told): ForecastUse {
  const use = new ForecastUse();
  for (let step = -weekSteps; step < 0; step++)
    use.add(step * stepMs, step >= -daySteps ? 100 - day : 100 - week, []);
  for (let step = 0; step < steps; step++)
    use.add(
      step * stepMs,
      100,
      errs(step).map((error) => 100 + error),
    );
  return use;
}

test("a forecast is held against whichever of the day and the week before errs less", () => {
  const errs = () => [2, -2, 2];
  expect(used({ off: [4, 10], errs }).mase()).toBeCloseTo(0.5);
  expect(used({ off: [10, 4], errs }).mase()).toBeCloseTo(0.5);
  expect(used({ off: [10, 1], errs }).mase()).toBeCloseTo(2);
});

test("of one, two and three steps ahead the one that errs most counts", () => {
  expect(used({ errs: () => [1, 1, 3] }).mase()).toBeCloseTo(0.75);
  expect(used({ errs: () => [2, 1, 1] }).mase()).toBeCloseTo(0.5);
});

test("what is expected of a step is held against that step", () => {
  const use = new ForecastUse();
  const value = (step: number) => 100 + (step % 50) + (step >= 0 ? 4 : 0);
  for (let step = -weekSteps; step < daySteps; step++)
    use.add(step * stepMs, value(step), step < 0 ? [] : [1, 2, 3].map((ahead) => value(step + ahead)));
  expect(use.mase()).toBe(0);
});

test("steps for which no forecast was used count for nothing", () => {
  const use = used({ errs: (step) => (step < 12 ? [] : [1, 1, 1]) });
  expect(use.steps).toBe(daySteps - 13);
  expect(use.mase()).toBeCloseTo(0.25);
  const never = used({ errs: () => [] });
  expect([never.steps, never.mase()]).toEqual([0, null]);
});

test("too few steps say nothing, at whichever distance", () => {
  const errs = () => [1, 1, 1];
  // Three steps ahead 23 are known of 26.
  expect(used({ errs, steps: 26 }).mase()).toBeNull();
  expect(used({ errs, steps: 27 }).mase()).toBeCloseTo(0.25);
});
