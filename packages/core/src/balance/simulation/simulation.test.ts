import { seededRandom } from "@tapline/core/kernel";
import { describe, expect, test } from "vitest";
import { shareThatWaitsLonger } from "../staffing.ts";
import { compareScalers, splitTrace } from "./compare.ts";
import { type Scaler, type SimulatedService, simulate } from "./fleet.ts";
import { fixedScaler, hpaScaler } from "./scalers.ts";
import type { LoadTrace } from "./trace.ts";
import { makeTrace, traceParametersSchema } from "./trace.ts";

const service: SimulatedService = {
  ...{ service: "ingest", tapsPerUnit: 1, serviceMs: 100, serversPerReplica: 1, objectiveMs: 500 },
  ...{ objectiveShare: 0.99, readyAfterMs: 20_000, drainMs: 10_000, min: 1, max: 50 },
};

const flat = (perSecond: number, minutes: number): LoadTrace => ({
  stepMs: 60_000,
  perSecond: new Float64Array(minutes).fill(perSecond),
});
const with_ = (scaler: Scaler, trace: LoadTrace, of = service) => simulate(of, trace, scaler, { seed: 1 });

describe("a simulated service", () => {
  test("violates nothing while it is large enough, and costs its replicas", () => {
    const run = with_(fixedScaler(5), flat(20, 60), { ...service, min: 5 });
    expect(run).toMatchObject({ violationMinutes: 0, acts: 0, reversals: 0 });
    expect(run.replicaHours).toBeCloseTo(5, 9);
  });

  test("violates its objective for as long as more comes than it can do, and until that is worked off", () => {
    // 20/s for 10 min of which one replica does 10/s; then 1/s, with which 6,000 waiting ones take 11 min.
    const perSecond = Float64Array.from({ length: 60 }, (_, minute) => (minute < 10 ? 20 : 1));
    const run = with_(fixedScaler(1), { stepMs: 60_000, perSecond });
    expect(run.violationMinutes).toBeGreaterThanOrEqual(20);
    expect(run.violationMinutes).toBeLessThanOrEqual(23);
  });

  test("gets replicas that serve once they are ready, and keeps paying for those that drain", () => {
    let asked = 0;
    const up: Scaler = { name: "up", everyMs: 15_000, decide: () => (asked++ === 0 ? 3 : 1) };
    const run = with_(up, flat(1, 2));
    // Two more are wanted for 15 s: they never get ready, and go at once.
    expect(run.acts).toBe(2);
    expect(run.reversals).toBe(1);
    expect(run.replicaHours * 3_600).toBeCloseTo(120 + 2 * 15, 6);
  });

  test("waits as a queue does that is worked through one by one", () => {
    const [random, servers, erlangs] = [seededRandom(11), 4, 3];
    const gap = (mean: number): number => -mean * Math.log(1 - random());
    const free = Array<number>(servers).fill(0);
    let [now, late] = [0, 0];
    const units = 200_000;
    for (let i = 0; i < units; i++) {
      now += gap(100 / erlangs);
      const first = free.indexOf(Math.min(...free));
      const begin = Math.max(now, free[first] ?? 0);
      if (begin - now > 200) late++;
      free[first] = begin + gap(100);
    }
    const told = shareThatWaitsLonger({ erlangs, serviceMs: 100 }, servers, 200);
    expect(late / units).toBeGreaterThan(0.85 * told);
    expect(late / units).toBeLessThan(1.15 * told);
  });

  test("meets the same arrivals whatever scales it", () => {
    const trace = makeTrace(
      traceParametersSchema.parse({ seed: 5, days: 0.1, basePerSecond: 40, peaks: [] }),
    );
    const arrivals = [fixedScaler(4), hpaScaler(service)].map((scaler) =>
      with_(scaler, trace).minutes.map(({ arrivalsPerSecond }) => arrivalsPerSecond),
    );
    expect(arrivals[0]).toEqual(arrivals[1]);
  });

  test("is scaled by the Horizontal Pod Autoscaler to its target", () => {
    const { minutes, violationMinutes } = with_(hpaScaler(service), flat(80, 60));
    // 8 busy servers at 80 %, within its tolerance.
    expect(minutes.at(-1)?.replicas).toBeGreaterThanOrEqual(9);
    expect(minutes.at(-1)?.replicas).toBeLessThanOrEqual(12);
    expect(violationMinutes).toBeGreaterThan(0);
  });
});

describe("scalers compared", () => {
  const parameters = traceParametersSchema.parse({
    ...{ seed: 21, days: 4, basePerSecond: 30, peaks: [{ hour: 18, widthHours: 2, height: 3 }] },
    bursts: { perDay: 6, times: 3, minutes: 8 },
  });

  test("ours keeps the objective longer than the Horizontal Pod Autoscaler where bursts come", () => {
    const { results, forecastUse } = compareScalers(service, splitTrace(makeTrace(parameters), 3), {
      ...{ seed: 3, fixed: null },
    });
    const [ours, hpa, fixed] = results;
    expect(results.map(({ scaler }) => scaler)).toEqual([
      "balance",
      "HPA at 80 %",
      expect.stringMatching(/^\d+ at all times$/),
    ]);
    expect(ours?.violationMinutes).toBeLessThan(hpa?.violationMinutes ?? 0);
    expect(fixed?.replicaHours).toBeGreaterThan(ours?.replicaHours ?? Number.POSITIVE_INFINITY);
    expect(forecastUse.steps).toBeGreaterThanOrEqual(0);
  });

  test("a trace is split where what is known beforehand ends", () => {
    const { past, run } = splitTrace(makeTrace(parameters), 3);
    expect([past?.perSecond.length, run.perSecond.length]).toEqual([3 * 8_640, 8_640]);
    expect(splitTrace(run, 0).past).toBeNull();
  });
});
