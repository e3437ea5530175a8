import { expect, test } from "vitest";
import { seededRandom } from "../../kernel/index.ts";
import type { ConditionOf } from "../condition.ts";
import { anomalyEvaluator } from "./anomaly.ts";
import { expectation, newForecaster, observe } from "./forecaster.ts";

const seasonSteps = 24;
const condition: ConditionOf<"anomaly"> = {
  ...{
    kind: "anomaly",
    side: "both",
    deviations: 5,
    stepMs: 60_000,
    seasonSteps,
    minDifference: 1,
    deadBand: 2,
  },
};

/** A day's curve with noise, and what is added in some steps. */
function curve(steps: number, extra: (step: number) => number = () => 0): number[] {
  const random = seededRandom(7);
  return Array.from(
    { length: steps },
    (_, step) => 100 + 40 * Math.sin((2 * Math.PI * step) / seasonSteps) + 4 * (random() - 0.5) + extra(step),
  );
}

/** In which steps the value was found to be an anomaly. */
function anomalies(values: readonly (number | null)[], given = condition): number[] {
  const evaluator = anomalyEvaluator(given);
  let state = evaluator.begin(0, false);
  return values.flatMap((value, step) => {
    state = evaluator.step(state, { value }, step * 60_000);
    state = evaluator.step(state, null, (step + 1) * 60_000);
    return state.breached ? [step] : [];
  });
}

test("a day like the others is none, a value that is usual at another hour is", () => {
  expect(anomalies(curve(240))).toEqual([]);
  // 140 is what noon has: at midnight it is far off, though no threshold would tell.
  const found = anomalies(curve(240, (step) => (step >= 210 && step < 213 ? 60 : 0)));
  expect(found.slice(0, 3)).toEqual([210, 211, 212]);
  expect(found.at(-1)).toBeLessThan(214);
});

test("one side alone counts where one side was asked for", () => {
  const values = curve(240, (step) => (step === 210 ? 60 : step === 220 ? -60 : 0));
  expect(anomalies(values, { ...condition, side: "above" })).toEqual([210]);
  expect(anomalies(values, { ...condition, side: "below" })).toEqual([220]);
});

test("nothing is raised before a season was learnt and another one forecast", () => {
  expect(anomalies(curve(48, (step) => (step === 40 ? 500 : 0)))).toEqual([]);
  expect(anomalies(curve(72, (step) => (step === 60 ? 500 : 0)))).toContain(60);
});

test("an outage of hours is not taken for normal at once, and soon after it all is as before", () => {
  const found = anomalies(curve(360, (step) => (step >= 200 && step < 206 ? -90 : 0)));
  expect(found.slice(0, 6)).toEqual([200, 201, 202, 203, 204, 205]);
  expect(found.at(-1)).toBeLessThan(210);
});

test("steps that nobody knows anything of neither raise nor end, and the season goes on over them", () => {
  const values: (number | null)[] = curve(240, (step) => (step === 210 ? 60 : 0));
  for (let step = 211; step < 215; step++) values[step] = null;
  for (let step = 100; step < 110; step++) values[step] = null;
  expect(anomalies(values)).toEqual([210, 211, 212, 213, 214]);
});

test("a figure that does not change is told once, and stands", () => {
  const evaluator = anomalyEvaluator({ ...condition, minDifference: 0.5 });
  let state = evaluator.step(evaluator.begin(0, false), { value: 3 }, 0);
  for (let step = 1; step <= 100; step++) state = evaluator.step(state, null, step * 60_000);
  expect(state).toMatchObject({ known: true, breached: false, value: 3 });
  state = evaluator.step(state, { value: 4 }, 100 * 60_000);
  expect(evaluator.step(state, null, 101 * 60_000)).toMatchObject({ breached: true, value: 4 });
});

test("a forecast that errs more than repeating the last season is not believed", () => {
  // The first season was an odd one: repeating is right from the third on, the models get over it only slowly.
  const random = seededRandom(3);
  const pattern = Array.from({ length: seasonSteps }, () => 100 * random());
  let forecaster = newForecaster;
  for (let step = 0; step < seasonSteps; step++)
    forecaster = observe(forecaster, 500 * random(), seasonSteps);
  const trusted: boolean[] = [];
  for (let step = 0; step < 4 * seasonSteps; step++) {
    forecaster = observe(forecaster, (pattern[step % seasonSteps] ?? 0) + random(), seasonSteps);
    trusted.push(expectation(forecaster)?.isTrusted ?? false);
  }
  expect(trusted.slice(3 * seasonSteps)).toEqual(Array(seasonSteps).fill(false));
});

test("over a curve with noise the models err less than repeating does", () => {
  const forecaster = curve(240).reduce((so, value) => observe(so, value, seasonSteps), newForecaster);
  expect(expectation(forecaster)).toMatchObject({ isTrusted: true });
  expect(expectation(forecaster)?.error).toBeLessThan(0.95 * forecaster.naiveError);
});

test("a standstill of months costs no more than a season", () => {
  const evaluator = anomalyEvaluator(condition);
  const state = evaluator.step(evaluator.begin(0, false), { value: 1 }, 0);
  const later = evaluator.step(state, null, 400 * 86_400_000);
  expect(later.dueMs - 400 * 86_400_000).toBeLessThanOrEqual(60_000);
});
