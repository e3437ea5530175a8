import { describe, expect, test } from "vitest";
import { Histogram, type ServicesReport, type TelemetryDelta } from "../telemetry/index.ts";
import { Balancer } from "./balancer.ts";
import { forecastTurnSchema } from "./forecast/record.ts";
import type { LoadEvidence } from "./load-board.ts";
import type { ReplicaBounds, ReplicaLimits } from "./policies.ts";
import { type ServiceWish, wishesSchema } from "./wishes.ts";

const begin = 1_800_000_000_000;
const row = {
  ...{ isSilent: false, errorRatio: 0, p50Ms: 2, p99Ms: 9, memoryBytes: 1, loopDelayMs: 0, redisMs: 1 },
  ...{ postgresqlMs: 1, queued: 0 },
};

function services(atEpochMs: number, cpuRatio = 0.2): ServicesReport {
  const rows = [
    { instance: "door", roles: ["ingest"], cpuRatio, requestsPerSecond: 100 },
    {
      instance: "pipeline",
      roles: ["buffer", "validation", "transfer"],
      cpuRatio: 0.1,
      requestsPerSecond: 0,
    },
    { instance: "gone", roles: ["ingest"], cpuRatio: 1, requestsPerSecond: 0, isSilent: true },
    { instance: "pages", roles: ["web"], cpuRatio: 0.5, requestsPerSecond: 100, p50Ms: 20 },
  ].map((each) => ({ ...row, heardAtEpochMs: atEpochMs, ...each }));
  return { atEpochMs, services: rows, mesh: null };
}

function evidence(atEpochMs: number, more: Partial<LoadEvidence> = {}): LoadEvidence {
  const waiting = { validation: 0, encryption: 0, transfer: 0 };
  return { services: services(atEpochMs), stores: { waiting, oldestAtEpochMs: null }, ...more };
}

const idle = {
  ...{ spanMs: 1_000, requests: 0, errors: 0, took: new Histogram().data(), memoryBytes: 1 },
  loopDelayMs: 0,
};

/** A second in which so many taps came and went, 0.2 ms of the CPU each at the door, 100 in a segment that took 50 ms to transfer. */
function second(taps: number): TelemetryDelta {
  const took = new Histogram();
  if (taps > 0) took.record(50, taps / 100);
  return {
    ...{ instance: "door", atEpochMs: 0, rejects: {} },
    sign: {
      ...{ roles: ["ingest"], awayArchives: [] },
      load: { ...idle, cpuRatio: taps * 0.0002, redisMs: 1, postgresqlMs: 1, queued: 0 },
    },
    counters: { "tap.ingested": taps, "tap.archived": taps, "segment.archived": taps / 100 },
    histograms: taps > 0 ? { "segment.transfer_ms": took.data() } : {},
  };
}

const limits = (bounds: [string, ReplicaBounds][] = [], partitions = 1): ReplicaLimits => ({
  ...{ bounds: new Map(bounds), partitions },
});

function after(seconds: number, taps: number): Balancer {
  const balancer = new Balancer(limits([["ingest", { min: 1, max: 20 }]]), null);
  for (let i = 1; i <= seconds; i++) balancer.hear(second(taps), begin + i * 1_000);
  return balancer;
}

const of = (service: string, balancer: Balancer, at: number, given = evidence(at)): ServiceWish => {
  const told = wishesSchema.parse(balancer.wishes(given, at));
  const wish = told.services.find((one) => one.service === service);
  if (wish === undefined) throw new Error(`no wish for ${service}`);
  return wish;
};

describe("what services need", () => {
  const now = begin + 60_000;

  test("is told from what arrives, and from what it costs by telemetry and the table of services", () => {
    const balancer = after(60, 1_000);
    const door = of("ingest", balancer, now);
    expect(door.readings).toMatchObject({ replicas: 1, arrivalsPerSecond: 1_000, cpuRatio: 0.2 });
    expect(door.readings.serviceMs).toBeCloseTo(0.2, 6);
    expect(door).toMatchObject({ wish: 1, mayLower: true });
    const transfer = of("transfer", balancer, now);
    expect(transfer.readings).toMatchObject({ replicas: 1, arrivalsPerSecond: 10 });
    expect(transfer.readings.serviceMs).toBeGreaterThan(49);
    expect(transfer.readings.serviceMs).toBeLessThan(51);
    const pages = of("web", balancer, now);
    expect(pages.readings).toMatchObject({ replicas: 1, arrivalsPerSecond: 100, serviceMs: 5 });
  });

  test("rises within seconds of what arrives", () => {
    const balancer = after(60, 1_000);
    expect(of("ingest", balancer, now).wish).toBe(1);
    for (let i = 1; i <= 10; i++) balancer.hear(second(20_000), now + i * 1_000);
    expect(of("ingest", balancer, now + 10_000).wish).toBeGreaterThan(1);
  });

  test("does not rise because a door has begun anew: what its start cost the CPU is not what taps cost", () => {
    const quiet = 2;
    const balancer = after(60, quiet);
    const before = of("ingest", balancer, now).readings.serviceMs;
    const anew = (seconds: number, taps: number, cpuRatio: number): void => {
      const { sign, ...told } = second(taps);
      const load = { ...sign!.load!, cpuRatio };
      balancer.hear({ ...told, instance: "door-2", sign: { ...sign!, load } }, now + seconds * 1_000);
    };
    for (let i = 1; i <= 8; i++) anew(i, quiet, 1);
    // What waited in the outboxes comes at once, before the door tells how busy it keeps it.
    const { sign: _, ...burst } = second(4_000);
    balancer.hear({ ...burst, instance: "door-2" }, now + 8_500);
    const told = of("ingest", balancer, now + 8_500);
    expect(told.readings.arrivalsPerSecond).toBeGreaterThan(200);
    expect(told).toMatchObject({ wish: 1, readings: { serviceMs: before } });
    // Once it is warm, it is believed.
    for (let i = 9; i <= 75; i++) anew(i, 1_000, 0.9);
    expect(of("ingest", balancer, now + 75_000).readings.serviceMs).toBeCloseTo(0.9, 6);
  });

  test("is held while telemetry, or the table of services, is out", () => {
    const balancer = after(60, 10_000);
    const busy = of("ingest", balancer, now, evidence(now));
    expect(busy.wish).toBeGreaterThan(1);
    const later = now + 600_000;
    for (const given of [evidence(later), evidence(later, { services: null })]) {
      const held = of("ingest", balancer, later, given);
      expect(held).toMatchObject({ wish: busy.wish, mayLower: false });
    }
  });

  test("is the least that is allowed where one process does the work", () => {
    const balancer = new Balancer(limits([["kpi", { min: 2, max: 2 }]]), null);
    expect(of("kpi", balancer, now)).toMatchObject({ wish: 2, why: ["one does the work, 1 stand by"] });
    expect(of("audit", balancer, now).wish).toBe(1);
  });

  test("is what was wished before where another process takes over, until it knows better", () => {
    const before = after(60, 1_000).wishes(evidence(now), now);
    const many = { ...before, services: before.services.map((one) => ({ ...one, wish: 3 })) };
    const next = new Balancer(limits(), many);
    expect(of("ingest", next, now).wish).toBe(3);
    next.hear(second(0), now);
    expect(of("ingest", next, now + 1_000).wish).toBe(3);
    for (let i = 2; i < 600; i++) {
      next.hear(second(0), now + i * 1_000);
      next.wishes(evidence(now + i * 1_000), now + i * 1_000);
    }
    expect(of("ingest", next, now + 600_000).wish).toBe(1);
  });

  /** 40 segments of 150 ms validation a second: six of them at a time, on the mean. */
  function validating(bounds: ReplicaBounds, partitions: number): ServiceWish {
    const balancer = new Balancer(limits([["validation", bounds]], partitions), null);
    const took = new Histogram();
    took.record(150, 40);
    for (let i = 1; i <= 60; i++)
      balancer.hear(
        { ...second(4_000), histograms: { "segment.validation_ms": took.data() } },
        begin + i * 1_000,
      );
    return of("validation", balancer, now);
  }

  test("is of a stage what its load needs, where enough partitions give it work at once", () => {
    const { wish, why } = validating({ min: 2, max: 9 }, 8);
    // Two at a time in each process, and room for what load moves by.
    expect(wish).toBeGreaterThanOrEqual(4);
    expect(wish).toBeLessThan(9);
    expect(why.join()).not.toContain("is the most");
  });

  test.each([
    [1, 2, "2 is the most that one partition can use"],
    [2, 3, "3 is the most that 2 partitions can use"],
  ])(
    "is of a stage with %i partitions no more than they give work to, whatever is allowed",
    (partitions, most, said) => {
      const { wish, why } = validating({ min: 2, max: 9 }, partitions);
      expect(wish).toBe(most);
      expect(why.at(-1)).toBe(said);
    },
  );

  test("is of a stage no more than is allowed, however many partitions there are, and never less", () => {
    expect(validating({ min: 2, max: 3 }, 64)).toMatchObject({ wish: 3 });
    expect(validating({ min: 2, max: 3 }, 64).why.at(-1)).toBe("3 is the most");
    expect(validating({ min: 4, max: 9 }, 1)).toMatchObject({ wish: 4 });
  });

  test("asks for transfers to catch up with what waits for too long", () => {
    const balancer = after(60, 10_000);
    const stores = {
      waiting: { validation: 0, encryption: 0, transfer: 400 },
      oldestAtEpochMs: now - 30_000,
    };
    const { why, wish } = of("transfer", balancer, now, evidence(now, { stores }));
    expect(wish).toBe(2);
    expect(why[0]).toBe("400 wait, the oldest for 30 s");
  });
});

describe("at the turn of a minute", () => {
  const turnAt = begin + 60_000;
  const kept = (balancer: Balancer, given = evidence(turnAt)) => {
    balancer.wishes(given, turnAt);
    return balancer.turn(turnAt, given, turnAt + 400);
  };
  const cameOf = (balancer: Balancer, given?: LoadEvidence) => {
    const { services: told } = kept(balancer, given);
    return { ingest: told.ingest?.came, transfer: told.transfer?.came };
  };

  test("what came in it is told in each service's own units, beside what is foretold of the minute after next", () => {
    const turn = kept(after(60, 1_000));
    expect(forecastTurnSchema.parse(turn)).toEqual(turn);
    expect(turn).toMatchObject({ atEpochMs: turnAt, dueEpochMs: turnAt + 60_000, aheadMs: 59_600 });
    expect(turn.isTrusted).toBe(false);
    expect(turn.services).toMatchObject({
      ingest: { came: 1_000, foretold: null },
      transfer: { came: 10, foretold: null },
    });
  });

  test("what is foretold is in the service's units, too, and says whether it is trusted", () => {
    const balancer = after(60, 1_000);
    const [stepMs, days] = [300_000, 3];
    const steps = (days * 86_400_000) / stepMs;
    for (let step = 0; step < steps; step++)
      balancer.forecaster.add(turnAt - 120_000 - (steps - step) * stepMs, 500 + (step % 288));
    const { services: told, isTrusted } = kept(balancer);
    expect(isTrusted).toBe(balancer.forecast().isTrusted);
    const [door, transfer] = [told.ingest?.foretold, told.transfer?.foretold];
    expect(door?.perSecond).toBeGreaterThan(0);
    expect(transfer?.perSecond).toBeCloseTo((door?.perSecond ?? Number.NaN) / 100, 2);
  });

  test("a minute of nothing is nothing, and one in which telemetry was out is not known", () => {
    expect(cameOf(after(60, 0))).toEqual({ ingest: 0, transfer: 0 });
    expect(cameOf(after(50, 1_000))).toEqual({ ingest: null, transfer: null });
    expect(cameOf(after(60, 1_000), evidence(turnAt, { services: null }))).toEqual({
      ...{ ingest: null, transfer: null },
    });
    const late = new Balancer(limits(), null);
    for (let i = 20; i <= 60; i++) late.hear(second(1_000), begin + i * 1_000);
    expect(cameOf(late)).toEqual({ ingest: null, transfer: null });
  });
});
