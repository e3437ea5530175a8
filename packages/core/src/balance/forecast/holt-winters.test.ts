import { seededRandom } from "@tapline/core/kernel";
import { describe, expect, test } from "vitest";
import { HoltWinters } from "./holt-winters.ts";

const usual = { level: 0.1, trend: 0.01, seasons: [0.1], damping: 1, errorCarry: 0 };
const day = [5, 1, 3, 9, 20, 14];
const season = (step: number): number => day[step % day.length] ?? 0;

describe("exponential smoothing with trend and season", () => {
  test("foretells a series of known season and trend exactly, however far ahead", () => {
    const model = new HoltWinters({ ...usual, level: 0.5, trend: 0.1 }, [6], day);
    for (let step = 6; step < 2_000; step++) model.add(season(step) + 0.25 * (step - 6));
    for (const ahead of [1, 2, 7, 30])
      expect(model.forecast(ahead)).toBeCloseTo(season(1_999 + ahead) + 0.25 * (1_993 + ahead), 3);
  });

  test("is simple exponential smoothing where nothing but the level follows: 0.5 of 10, 20, 20 from 10 on is 17.5", () => {
    const model = new HoltWinters({ ...usual, level: 0.5, trend: 0, seasons: [] }, [], [10, 0, 20]);
    expect(model.forecast(1)).toBe(10);
    for (const value of [20, 20]) model.add(value);
    expect(model.forecast(1)).toBe(17.5);
    expect(model.forecast(9)).toBe(17.5);
  });

  test("damps a trend: the sum of its parts, and no more", () => {
    const model = new HoltWinters(
      { ...usual, level: 0.5, trend: 0.1, seasons: [], damping: 0.8 },
      [],
      [0, 2],
    );
    model.add(3);
    // Level 1 + 0.5 · 2, trend 0.1 · 2.
    expect(model.forecast(1)).toBeCloseTo(2 + 0.2 * 0.8, 12);
    expect(model.forecast(2)).toBeCloseTo(2 + 0.2 * (0.8 + 0.64), 12);
    expect(model.forecast(1_000)).toBeCloseTo(2 + 0.2 * 4, 9);
  });

  test("carries an error on, less with each step", () => {
    const model = new HoltWinters(
      { level: 0, trend: 0, seasons: [], damping: 1, errorCarry: 0.5 },
      [],
      [4, 8],
    );
    model.add(8);
    expect(model.forecast(1)).toBe(7);
    expect(model.forecast(2)).toBe(6.5);
  });

  test("errs by no more than the noise of a series with two seasons", () => {
    const [random, week] = [seededRandom(7), 42];
    const at = (step: number): number => 100 + season(step) + (step % week < 12 ? -8 : 4);
    const noise = (): number => random() + random() - 1;
    const first = Array.from({ length: 2 * week }, (_, step) => at(step) + noise());
    const model = new HoltWinters({ ...usual, seasons: [0.05, 0.05] }, [6, week], first);
    let [squares, count] = [0, 0];
    for (let step = first.length; step < 4_000; step++) {
      const value = at(step) + noise();
      if (step > 1_000) {
        squares += (value - model.forecast(1)) ** 2;
        count++;
      }
      model.add(value);
    }
    // The noise has a standard deviation of √(1/6).
    expect(Math.sqrt(squares / count)).toBeLessThan(1.15 * Math.sqrt(1 / 6));
  });

  test("does not take an outage or a value that nobody knows for the season", () => {
    const foretold = [null, 0].map((during) => {
      const model = new HoltWinters(usual, [6], [...day, ...day]);
      for (let step = 12; step < 600; step++) model.add(season(step));
      for (let step = 600; step < 606; step++) model.add(during);
      return model.forecast(5);
    });
    expect(foretold[0]).toBeCloseTo(20, 6);
    expect(foretold[1]).toBeGreaterThan(15);
  });
});
