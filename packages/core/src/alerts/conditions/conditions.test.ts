import fc from "fast-check";
import { expect, test } from "vitest";
import { conditionSchema } from "../condition.ts";
import { burnRateEvaluator, burnRatePartMs } from "./burn-rate.ts";
import { evaluatorOf } from "./evaluator-of.ts";
import type { Finding, Measured } from "./finding.ts";

/** What a condition finds after each of the steps, which are so many ms apart. */
function findings(
  condition: unknown,
  steps: readonly (readonly [afterMs: number, Measured | null])[],
): Finding[] {
  const evaluator = evaluatorOf(conditionSchema.parse(condition));
  let [state, nowMs] = [evaluator.begin(0, false), 0];
  return steps.map(([afterMs, sample]) => {
    nowMs += afterMs;
    state = evaluator.step(state, sample, nowMs);
    return state;
  });
}

const values = (...all: (number | null)[]) => all.map((value) => [1_000, { value }] as const);
const breaches = (condition: unknown, ...all: (number | null)[]) =>
  findings(condition, values(...all)).map(({ breached }) => breached);

test("a threshold is breached beyond its limit, not at it, and over once the value is back by the dead-band", () => {
  const above = { kind: "threshold", limit: { above: 10 }, deadBand: 2 };
  expect(breaches(above, 10, 10.1, 9, 8.1, 8, 10)).toEqual([false, true, true, true, false, false]);
  const below = { kind: "threshold", limit: { below: 10 }, deadBand: 2 };
  expect(breaches(below, 10, 9.9, 11, 11.9, 12, 10)).toEqual([false, true, true, true, false, false]);
});

const value = fc.double({ min: -100, max: 100, noNaN: true });

test("whatever the values, within its dead-band a threshold stays as it was", () => {
  fc.assert(
    fc.property(
      fc.array(value),
      fc.double({ min: 0, max: 50, noNaN: true }),
      fc.boolean(),
      (all, deadBand, isUp) => {
        const limit = isUp ? { above: 0 } : { below: 0 };
        const found = breaches({ kind: "threshold", limit, deadBand }, ...all);
        for (const [index, is] of found.entries()) {
          const beyondBy = isUp ? (all[index] ?? 0) : -(all[index] ?? 0);
          const was = found[index - 1] ?? false;
          expect(is).toBe(beyondBy > 0 || (was && beyondBy > -deadBand));
        }
      },
    ),
  );
});

const kinds = {
  threshold: { kind: "threshold", limit: { above: 10 }, deadBand: 1 },
  "rate-of-change": { kind: "rate-of-change", limit: { above: 10 }, windowMs: 60_000 },
  "burn-rate": {
    ...{ kind: "burn-rate", objectiveRatio: 0.9, factor: 2, longMs: 240_000, shortMs: 60_000, minEvents: 5 },
  },
  anomaly: { kind: "anomaly", side: "both", deviations: 3, stepMs: 2_000, seasonSteps: 3 },
};
const measured = fc.record({ value, total: fc.nat(20), bad: fc.nat(20) }).map(
  (one): Measured => ({
    value: one.value,
    events: { total: one.total, good: Math.max(0, one.total - one.bad) },
  }),
);

test.each(Object.entries(kinds))("nobody knowing neither begins nor ends a breach: %s", (_, condition) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(30_000), fc.option(measured, { freq: 2 }))), (steps) => {
      const told = steps.map(([afterMs, one]) => [afterMs, one ?? { value: null }] as const);
      let was = false;
      for (const [index, { breached, known }] of findings(condition, told).entries()) {
        // Anomalies are judged when a step ends: what was known of it then is told with the sample that follows.
        if (steps[index]?.[1] === null && condition.kind !== "anomaly") {
          expect(known).toBe(false);
          expect(breached).toBe(was);
        }
        was = breached;
      }
    }),
  );
});

test.each([
  ["threshold", { kind: "threshold", limit: { above: 0.2 } }],
  ["rate-of-change", { kind: "rate-of-change", limit: { above: 0.2 }, windowMs: 60_000 }],
])("what is of nothing is in order, other than what nobody knows: %s", (_, condition) => {
  const found = findings(condition, [
    [0, { value: 0 }],
    [1_000, { value: 0.9 }],
    [1_000, { value: null }],
    [1_000, { value: null, idle: true }],
    [120_000, null],
    [1_000, { value: 0.1 }],
    [1_000, { value: 0.9 }],
  ]);
  expect(found.map(({ breached, known }) => [breached, known])).toEqual([
    [false, true],
    [true, true],
    [true, false],
    ...Array.from({ length: 3 }, () => [false, true]),
    [true, true],
  ]);
  expect(found[3]).toMatchObject({ value: null });
});

test("absence is breached where nobody has known the value for so long, and ended by the first one that is known", () => {
  const found = findings({ kind: "absence", afterMs: 30_000 }, [
    [20_000, { value: 1 }],
    [90_000, null],
    [10_000, { value: null }],
    [29_999, { value: null }],
    [1, null],
    [60_000, { value: null }],
    [5, { value: 0 }],
  ]);
  expect(found.map(({ breached }) => breached)).toEqual([false, false, false, false, true, true, false]);
  const never = Number.POSITIVE_INFINITY;
  expect(found.map(({ dueMs }) => dueMs)).toEqual([never, never, 150_000, 150_000, never, never, never]);
  expect(found[4]).toMatchObject({ known: true, value: 30_000, limit: 30_000 });
});

/** Whole seconds, so that no two are closer than the part of a window to which it is exact. */
const rises = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: -50, max: 50 })), {
  minLength: 1,
});

function riseIn(windowMs: number, series: readonly (readonly [number, number])[]): (number | null)[] {
  const condition = { kind: "rate-of-change", limit: { above: 1_000 }, windowMs };
  return findings(
    condition,
    series.map(([seconds, one]) => [seconds * 1_000, { value: one }] as const),
  ).map((found) => found.value);
}

test("a rise is the way from the lowest value that stood within the window, as counted by hand", () => {
  fc.assert(
    fc.property(rises, (series) => {
      let nowMs = 0;
      const stood = series.map(([seconds, one]) => {
        nowMs += seconds * 1_000;
        return { fromMs: nowMs, one };
      });
      const byHand = stood.map(({ fromMs, one }, index) => {
        const within = stood.slice(0, index + 1).filter((_, at) => {
          const until = at === index ? Infinity : (stood[at + 1]?.fromMs ?? 0);
          return until > fromMs - 60_000;
        });
        return one - Math.min(...within.map((other) => other.one));
      });
      expect(riseIn(60_000, series)).toEqual(byHand);
    }),
  );
});

test("a longer window never shows a smaller rise", () => {
  fc.assert(
    fc.property(rises, (series) => {
      const [short, long] = [riseIn(20_000, series), riseIn(60_000, series)];
      for (const [index, rise] of short.entries()) expect(long[index]).toBeGreaterThanOrEqual(rise ?? 0);
    }),
  );
});

test("a rise that stands is over by time alone, at the moment that was named", () => {
  const condition = { kind: "rate-of-change", limit: { above: 10 }, windowMs: 60_000 };
  const found = findings(condition, [
    [1_000, { value: 0 }],
    [1_000, { value: 20 }],
    [59_999, null],
    [1, null],
  ]);
  expect(found.map(({ breached }) => breached)).toEqual([false, true, true, false]);
  expect(found[1]?.dueMs).toBe(62_000);
});

test("a fall is counted from the highest value, and what a window remembers is bounded", () => {
  const fall = { kind: "rate-of-change", limit: { below: -10 }, windowMs: 60_000 };
  expect(breaches(fall, 0, 20, 10, 9)).toEqual([false, false, false, true]);
  const evaluator = evaluatorOf(conditionSchema.parse(fall));
  let state = evaluator.begin(0, false);
  for (let index = 0; index < 10_000; index++) state = evaluator.step(state, { value: -index }, index * 10);
  expect((state as unknown as { extremes: unknown[] }).extremes.length).toBeLessThan(70);
  expect(state.value).toBeLessThanOrEqual(-5_999);
  expect(state.value).toBeGreaterThanOrEqual(-6_150);
});

const burn = {
  kind: "burn-rate",
  objectiveRatio: 0.99,
  factor: 10,
  longMs: 3_600_000,
  shortMs: 300_000,
} as const;

test("a burn rate is what counting all events by hand gives", () => {
  const condition = { ...burn, minEvents: 50, deadBand: 1 };
  const partMs = burnRatePartMs(condition);
  const step = fc.tuple(fc.nat(400_000), fc.record({ total: fc.nat(60), bad: fc.nat(12) }));
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const evaluator = burnRateEvaluator(condition);
      let [state, nowMs] = [evaluator.begin(0, false), 0];
      const seen: { at: number; bad: number; total: number }[] = [];
      for (const [afterMs, { total, bad: drawn }] of steps) {
        nowMs += afterMs;
        const bad = Math.min(total, drawn);
        seen.push({ at: Math.floor(nowMs / partMs), bad, total });
        const was = state.breached;
        state = evaluator.step(state, { value: 1, events: { total, good: total - bad } }, nowMs);
        const over = (spanMs: number) => {
          const first = Math.floor(nowMs / partMs) - spanMs / partMs;
          const all = seen.filter(({ at }) => at > first);
          const [sumBad, sum] = [
            all.reduce((n, one) => n + one.bad, 0),
            all.reduce((n, one) => n + one.total, 0),
          ];
          return { sum, rate: sumBad / sum / (1 - 0.99) };
        };
        const [long, short] = [over(burn.longMs), over(burn.shortMs)];
        if (long.sum < 50) expect(state.breached && state.known).toBe(false);
        else if (short.sum === 0) expect([state.known, state.breached]).toEqual([false, was]);
        else {
          expect(state.value).toBeCloseTo(Math.min(long.rate, short.rate), 9);
          expect(state.breached).toBe(Math.min(long.rate, short.rate) > (was ? 9 : 10));
        }
      }
    }),
  );
});

test("few events raise nothing, however bad; a breach ends when the short window has recovered, and by time", () => {
  const events = (good: number, bad: number): Measured => ({
    value: 0.5,
    events: { good, total: good + bad },
  });
  const condition = { ...burn, minEvents: 100 };
  const found = findings(condition, [
    [1_000, events(0, 99)],
    [1_000, events(0, 1)],
    [1_000, events(0, 0)],
    [360_000, events(10, 0)],
    [1_000, { value: null }],
    [4_000_000, null],
    [1_000, events(0, 5)],
  ]);
  expect(found.map(({ breached }) => breached)).toEqual([false, true, true, false, false, false, false]);
  expect(found.map(({ known }) => known)).toEqual([false, true, true, true, false, false, true]);
});

test("an alert that was taken over stays until enough was seen to say that it is over", () => {
  const evaluator = burnRateEvaluator({ ...burn, minEvents: 100, deadBand: 0 });
  let state = evaluator.begin(0, true);
  state = evaluator.step(state, { value: 1, events: { good: 5, total: 5 } }, 1_000);
  expect(state).toMatchObject({ breached: true, known: false });
  expect(evaluator.step(state, null, 3_600_000)).toMatchObject({ breached: false, known: true });
  expect(evaluator.step(state, { value: 1, events: { good: 95, total: 95 } }, 2_000)).toMatchObject({
    breached: false,
    known: true,
  });
});
