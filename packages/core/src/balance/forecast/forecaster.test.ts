import { seededRandom } from "@tapline/core/kernel";
import { describe, expect, test } from "vitest";
import { Forecaster, stepMs } from "./forecaster.ts";
import { RollingError } from "./rolling-error.ts";

const begin = Date.UTC(2026, 0, 5);
const daySteps = 288;

/** A gym's load: quiet nights, two peaks a day, quieter at weekends. */
function load(step: number): number {
  const [hour, day] = [(step % daySteps) / 12, Math.floor(step / daySteps) % 7];
  const peak = (at: number): number => Math.exp(-((hour - at) ** 2) / 4);
  return (10 + 80 * peak(8) + 120 * peak(18)) * (day > 4 ? 0.5 : 1);
}

function grown(steps: number, at: (step: number) => number | null): Forecaster {
  const forecaster = new Forecaster();
  for (let step = 0; step < steps; step++) forecaster.add(begin + step * stepMs, at(step));
  return forecaster;
}

describe("a forecast of load", () => {
  const random = seededRandom(3);
  const noisy = Array.from({ length: 21 * daySteps }, (_, step) => load(step) * (0.9 + 0.2 * random()));
  const at = (step: number): number => noisy[step] ?? load(step);

  test("is believed once it foretells better than what the season before was, and sees the evening coming", () => {
    const steps = 16 * daySteps + 15 * 12;
    const forecaster = grown(steps, at);
    const { mase, isTrusted } = forecaster.standing();
    expect(mase).toBeLessThan(0.9);
    expect(isTrusted).toBe(true);
    const now = begin + steps * stepMs;
    const expected = forecaster.expect(now, 600_000);
    expect(expected?.perSecond).toBeGreaterThan(0.95 * load(steps + 2));
    expect(expected?.perSecond).toBeLessThan(1.4 * load(steps + 2));
  });

  test("is not believed before two days are known", () => {
    const forecaster = grown(daySteps, at);
    expect(forecaster.standing()).toEqual({ mase: null, isTrusted: false });
    expect(forecaster.expect(begin + daySteps * stepMs, 60_000)).toBeNull();
  });

  test("is told with its band of a moment to come, whether it may be believed or not, and of none that is too far", () => {
    const steps = 3 * daySteps;
    const forecaster = grown(steps, at);
    const now = begin + steps * stepMs;
    expect(forecaster.foretold(now)?.perSecond).toBeGreaterThan(0.7 * load(steps));
    const soon = forecaster.foretold(now + 2 * stepMs);
    expect(soon?.upToPerSecond).toBeGreaterThanOrEqual(soon?.perSecond ?? Number.NaN);
    expect([forecaster.foretold(now - 1), forecaster.foretold(now + 3 * stepMs)]).toEqual([null, null]);
    const chance = seededRandom(5);
    const unlike = grown(6 * daySteps, (step) => (step % 2 === 0 ? 0 : 400 * chance()));
    expect(unlike.standing().isTrusted).toBe(false);
    const then = begin + 6 * daySteps * stepMs;
    expect(unlike.foretold(then)).not.toBeNull();
    expect([unlike.expect(then, 60_000), unlike.coming()]).toEqual([null, []]);
    expect(new Forecaster().foretold(now)).toBeNull();
  });

  test("is not believed where load follows no pattern", () => {
    const chance = seededRandom(9);
    let height = 100;
    const forecaster = grown(14 * daySteps, (step) => {
      if (step % 3 === 0) height = 200 * chance() ** 4;
      return height;
    });
    const { mase } = forecaster.standing();
    // It may be somewhat better than yesterday's same time; it must not be believed where it is not.
    expect(forecaster.standing().isTrusted && (mase ?? 1) >= 1).toBe(false);
  });

  test("loses belief where the pattern changes", () => {
    const forecaster = grown(17 * daySteps, at);
    expect(forecaster.standing().isTrusted).toBe(true);
    const chance = seededRandom(4);
    let seen = true;
    for (let step = 0; step < daySteps; step++) {
      forecaster.add(begin + (17 * daySteps + step) * stepMs, step % 2 === 0 ? 0 : 400 * chance());
      seen &&= forecaster.standing().isTrusted;
    }
    expect(seen).toBe(false);
  });

  test("is believed from an error below 0.9 on and until one of 1: in between nothing changes", () => {
    const chance = seededRandom(17);
    const forecaster = new Forecaster();
    const between = { believed: 0, unbelieved: 0 };
    let was = false;
    for (let step = 0; step < 20 * daySteps; step++) {
      // From the 18th day on more and more of it is chance.
      const share = Math.max(0, step / daySteps - 17) / 3;
      forecaster.add(begin + step * stepMs, (1 - share) * at(step) + share * 400 * chance());
      const { mase, isTrusted } = forecaster.standing();
      if (mase !== null && mase >= 0.9 && mase < 1) between[was ? "believed" : "unbelieved"]++;
      expect(isTrusted).toBe(mase !== null && mase < (was ? 1 : 0.9));
      was = isTrusted;
    }
    expect(between.believed).toBeGreaterThan(0);
    expect(between.unbelieved).toBeGreaterThan(0);
  });

  test("goes on where steps are missing, and says nothing of times for which it has none", () => {
    const steps = 10 * daySteps;
    const forecaster = grown(steps, at);
    forecaster.add(begin + (steps + 20) * stepMs, load(steps + 20));
    expect(forecaster.untilEpochMs).toBe(begin + (steps + 21) * stepMs);
    expect(forecaster.expect(begin + (steps + 60) * stepMs, 60_000)).toBeNull();
    forecaster.add(begin, 1e6);
    expect(forecaster.untilEpochMs).toBe(begin + (steps + 21) * stepMs);
  });

  test("stands again from the same history", () => {
    const steps = 9 * daySteps;
    const [one, other] = [grown(steps, at), grown(steps, at)];
    const now = begin + steps * stepMs;
    expect(one.expect(now, 60_000)).toEqual(other.expect(now, 60_000));
  });
});

describe("the error of forecasts", () => {
  test("is scaled by that of the season that foretells best", () => {
    const error = new RollingError(24);
    for (let i = 0; i < 24; i++) error.judge(10, 9, [6, 8]);
    expect(error.score()).toEqual({ mase: 0.5, above: 1 });
  });

  test("counts the last steps alone, and says nothing from a few", () => {
    const error = new RollingError(24);
    for (let i = 0; i < 23; i++) error.judge(10, 0, [9]);
    expect(error.score().mase).toBeNull();
    for (let i = 0; i < 24; i++) error.judge(10, 10, [9]);
    expect(error.score()).toEqual({ mase: 0, above: 0 });
  });

  test("is past all trust where the season before was right each time", () => {
    const error = new RollingError(24);
    for (let i = 0; i < 24; i++) error.judge(10, 10.1, [10]);
    expect(error.score().mase).toBe(Number.POSITIVE_INFINITY);
  });
});
