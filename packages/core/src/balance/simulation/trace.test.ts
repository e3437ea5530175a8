import { describe, expect, test } from "vitest";
import { type LoadTrace, makeTrace, parseTrace, stepMeans, traceParametersSchema } from "./trace.ts";

const parameters = traceParametersSchema.parse({
  ...{ seed: 7, days: 14, basePerSecond: 100, noise: 0, weekend: 0.5, driftPerWeek: 0.2 },
  peaks: [{ hour: 18, widthHours: 2, height: 3 }],
});
const perHour = 360;

describe("a trace that is made", () => {
  const { perSecond, stepMs } = makeTrace(parameters);
  const at = (day: number, hour: number): number => perSecond[(day * 24 + hour) * perHour] ?? 0;

  test("has the days, the weeks and the drift that its parameters say", () => {
    expect(stepMs).toBe(10_000);
    expect(perSecond.length).toBe(14 * 24 * perHour);
    expect(at(0, 18)).toBeCloseTo(400 * 1.2 ** (18 / 168), 6);
    expect(at(5, 18) / at(4, 18)).toBeCloseTo(0.5 * 1.2 ** (1 / 7), 6);
    expect(at(7, 3) / at(0, 3)).toBeCloseTo(1.2, 6);
  });

  test("is the same for the same parameters, and another for another seed", () => {
    const noisy = { ...parameters, days: 1, noise: 0.2 };
    expect(makeTrace(noisy)).toEqual(makeTrace(noisy));
    expect(makeTrace({ ...noisy, seed: 8 })).not.toEqual(makeTrace(noisy));
  });

  test("brings what an outage kept back afterwards: nothing is lost", () => {
    const total = (trace: { perSecond: Float64Array }) =>
      trace.perSecond.reduce((sum, each) => sum + each, 0);
    const quiet = { ...parameters, days: 7, driftPerWeek: 0 };
    const outages = { perWeek: 10, minutes: 15 };
    const broken = makeTrace({ ...quiet, outages });
    expect(broken.perSecond.filter((each) => each === 0).length).toBeGreaterThan(100);
    expect(total(broken) / total(makeTrace(quiet))).toBeCloseTo(1, 2);
  });

  test("has about as many bursts as its parameters say", () => {
    const quiet = makeTrace({ ...parameters, days: 10 });
    const bursts = makeTrace({ ...parameters, days: 10, bursts: { perDay: 10, times: 4, minutes: 2 } });
    let begun = 0;
    for (const [index, each] of bursts.perSecond.entries()) {
      const isHigh = each > 1.2 * (quiet.perSecond[index] ?? 0);
      const wasHigh = (bursts.perSecond[index - 1] ?? 0) > 1.2 * (quiet.perSecond[index - 1] ?? 0);
      if (isHigh && !wasHigh) begun++;
    }
    expect(begun).toBeGreaterThan(60);
    expect(begun).toBeLessThan(140);
  });
});

describe("a trace that is read", () => {
  test("is what its lines say, in seconds or in times", () => {
    const read = { stepMs: 60_000, perSecond: Float64Array.of(5, 7.5, 0) };
    expect(parseTrace("time,arrivals_per_second\n0,5\n60,7.5\n120,0\n")).toEqual(read);
    expect(
      parseTrace("time,rate\r\n2026-11-30T00:00:00Z,5\r\n2026-11-30T00:01:00Z,7.5\r\n2026-11-30T00:02:00Z,0"),
    ).toEqual(read);
  });

  test("needs no heading", () => {
    expect(parseTrace("0,5\n60,7.5\n120,0")).toEqual({
      stepMs: 60_000,
      perSecond: Float64Array.of(5, 7.5, 0),
    });
  });

  test.each([
    ["time,rate\n0,5", "line 2 of the trace is missing"],
    ["time,rate\n0,5\nsoon,6\n120,7", "line 3 of the trace begins with no time"],
    ["time,rate\n0,5\n60,\n120,7", "line 3 of the trace has no arrivals per second"],
    ["time,rate\n0,5\n60,-1", "line 3 of the trace has no arrivals per second"],
    ["time,rate\n0,5\n60,6\n90,7", "line 4 of the trace is not one step behind"],
    ["0,5\n\n60,6\n90,7", "line 4 of the trace is not one step behind"],
    ["time,rate\n60,5\n0,6", "line 2 of the trace is not one step behind|line 3"],
  ])("names the line that is wrong", (csv, message) => {
    expect(() => parseTrace(csv)).toThrow(new RegExp(message));
  });
});

describe("a trace by other steps", () => {
  const trace = (stepMs: number, ...perSecond: number[]): LoadTrace => ({
    stepMs,
    perSecond: Float64Array.from(perSecond),
  });

  test("is the mean of what falls into each, whether they are longer or shorter, to the end of the trace", () => {
    expect([...stepMeans(trace(60_000, 1, 3, 5, 7), 120_000)]).toEqual([2, 6]);
    expect([...stepMeans(trace(3_600_000, 4, 8), 1_800_000)]).toEqual([4, 4, 8, 8]);
    expect([...stepMeans(trace(40_000, 3, 6, 9), 60_000)]).toEqual([4, 8]);
    expect([...stepMeans(trace(60_000, 1, 3, 5), 120_000)]).toEqual([4]);
  });
});
