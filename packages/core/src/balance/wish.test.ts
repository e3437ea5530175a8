import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BalancePolicy } from "./policy.ts";
import type { ServiceReadings } from "./readings.ts";
import { type ExpectedLoad, newWishState, type WishState, wishOf } from "./wish.ts";
import { serviceWishSchema } from "./wishes.ts";

const free = { stabilizationMs: 0, rates: [] };
const policy: BalancePolicy = {
  ...{ min: 1, max: 50, serversPerReplica: 1, objectiveMs: 500, objectiveShare: 0.99, mostBusy: 0.9 },
  ...{ catchUpMs: 30_000, lowerTolerance: 0.1, raiseBeyond: 0, forecastHeadroom: 0, readingsMaxAgeMs: 5_000 },
  ...{ headroom: { least: 0, most: 0, moves: 0 }, leadMs: 30_000 },
  behaviour: { up: free, down: { ...free, stabilizationMs: 60_000 } },
};
const atEpochMs = 1_800_000_000_000;
const calm: ServiceReadings = {
  ...{ atEpochMs, replicas: 4, arrivalsPerSecond: 20, serviceMs: 100, queued: 0, oldestAgeMs: null },
  ...{ p99Ms: null, cpuRatio: null },
};

function ask(
  readings: Partial<ServiceReadings>,
  state: WishState = newWishState,
  more: { expected?: ExpectedLoad; at?: number; policy?: Partial<BalancePolicy> } = {},
) {
  const nowEpochMs = more.at ?? atEpochMs;
  const asked = {
    ...{ service: "validation", policy: { ...policy, ...more.policy }, expected: more.expected ?? null },
    readings: { ...calm, atEpochMs: nowEpochMs, ...readings },
  };
  return wishOf({ ...asked, nowEpochMs }, state);
}

describe("a service's wish", () => {
  test("is what its arrivals need to be served within the objective", () => {
    // 2 erlangs of 100 ms, of which 1 % may wait for more than 400 ms: 4 servers do, 3 do not.
    const { wish } = ask({});
    expect(wish).toMatchObject({ wish: 4, reactive: 4, forecast: null, mayLower: true });
    expect(wish.why).toEqual(["20/s of 100 ms keep 2 busy and need 4"]);
    expect(serviceWishSchema.parse(wish)).toEqual(wish);
  });

  test("rises at once with the load, and falls once it was too much for all of the window", () => {
    const risen = ask({ arrivalsPerSecond: 100 });
    expect(risen.wish.wish).toBeGreaterThanOrEqual(12);
    const soon = ask({}, risen.state, { at: atEpochMs + 59_000 });
    expect(soon.wish.wish).toBe(risen.wish.wish);
    expect(soon.wish.why.at(-1)).toContain("for all of the window");
    const later = ask({}, soon.state, { at: atEpochMs + 61_000 });
    expect(later.wish.wish).toBe(4);
  });

  test("does not flap where the load lies between two sizes", () => {
    let state = newWishState;
    const wishes = Array.from({ length: 300 }, (_, second) => {
      const told = ask({ arrivalsPerSecond: second % 2 === 0 ? 26 : 25.5 }, state, {
        ...{ at: atEpochMs + second * 1_000, policy: { behaviour: { up: free, down: free } } },
      });
      state = told.state;
      return told.wish.wish;
    });
    expect(new Set(wishes).size).toBe(1);
  });

  test("leaves room for as much as load usually moves by, within its bounds", () => {
    const headroom = { least: 0.05, most: 0.4, moves: 2 };
    const end = (share: number): number => {
      let state = newWishState;
      let wish = 0;
      for (let look = 0; look < 200; look++) {
        const arrivalsPerSecond = look % 2 === 0 ? 200 : 200 * (1 - share);
        const at = atEpochMs + look * 30_000;
        const told = ask({ arrivalsPerSecond }, state, { at, policy: { headroom } });
        state = told.state;
        wish = Math.max(...(look < 100 ? [0] : [wish]), told.wish.wish);
      }
      return wish;
    };
    const [calm, restless, wild] = [end(0), end(0.1), end(0.5)];
    expect(restless).toBeGreaterThan(calm);
    expect(wild).toBeGreaterThan(restless);
    // 20 erlangs and two fifths more, with what the queue needs beside.
    expect(wild).toBeLessThan(20 * 1.4 + 6);
  });

  test("goes beyond what would just do where replicas are too few, and gives none back in between", () => {
    const policy = { raiseBeyond: 0.2, lowerTolerance: 0.5, behaviour: { up: free, down: free } };
    const risen = ask({ arrivalsPerSecond: 100 }, newWishState, { policy });
    const enough = ask({ arrivalsPerSecond: 100 }, newWishState).wish.wish;
    expect(risen.wish.wish).toBeGreaterThan(enough);
    for (const arrivalsPerSecond of [100, 85, 110]) {
      const { wish } = ask({ arrivalsPerSecond }, risen.state, { at: atEpochMs + 1_000, policy });
      expect(wish.wish).toBe(risen.wish.wish);
    }
    const fallen = ask({ arrivalsPerSecond: 50 }, risen.state, { at: atEpochMs + 1_000, policy });
    expect(fallen.wish.wish).toBeLessThan(risen.wish.wish);
  });

  test("counts what has waited for too long, and not what has just come", () => {
    expect(ask({ queued: 600, oldestAgeMs: 200 }).wish.reactive).toBe(4);
    const { wish } = ask({ queued: 600, oldestAgeMs: 20_000 });
    expect(wish.reactive).toBeGreaterThan(5);
    expect(wish.why[0]).toBe("600 wait, the oldest for 20 s");
  });

  test("is raised by what is expected, and never lowered", () => {
    const busy = ask({}, newWishState, { expected: { perSecond: 60, forMs: 60_000 } }).wish;
    expect(busy.forecast).toBeGreaterThan(6);
    expect(busy.wish).toBe(busy.forecast);
    expect(busy.why[0]).toContain("60/s are expected in 60 s");
    // No window holds it up: what alone does is that more comes than was expected.
    const atOnce = { policy: { behaviour: { up: free, down: free } } };
    const quiet = ask({}, newWishState, { expected: { perSecond: 1, forMs: 60_000 }, ...atOnce }).wish;
    expect(quiet.forecast).toBeLessThan(quiet.reactive ?? 0);
    expect(quiet.wish).toBe(ask({}, newWishState, atOnce).wish.wish);
  });

  test("is held where readings are old or missing: what nobody knows takes no replica away", () => {
    const { state } = ask({ arrivalsPerSecond: 100, replicas: 12 });
    const held = state.wish;
    for (const readings of [
      { arrivalsPerSecond: 0, atEpochMs: atEpochMs + 100_000 - 5_001 },
      { arrivalsPerSecond: null },
      { serviceMs: null },
    ]) {
      const { wish } = ask(readings, state, { at: atEpochMs + 100_000 });
      expect(wish).toMatchObject({ wish: held, reactive: null, mayLower: false });
    }
    expect(ask({ arrivalsPerSecond: null, replicas: 7 }).wish.wish).toBe(7);
  });

  test("does not rise with a process that died and is counted beside its successor, while readings are missing", () => {
    const { state, wish } = ask({});
    expect(ask({ arrivalsPerSecond: null, replicas: wish.wish + 1 }, state).wish.wish).toBe(wish.wish);
    const takenOver = { ...newWishState, wish: 2 };
    expect(ask({ arrivalsPerSecond: null, replicas: 7 }, takenOver).wish.wish).toBe(7);
  });

  test("keeps its bounds and says where they bind", () => {
    expect(ask({ arrivalsPerSecond: 10_000 }).wish).toMatchObject({ wish: 50 });
    expect(ask({ arrivalsPerSecond: 10_000 }).wish.why.at(-1)).toBe("50 is the most");
    const least = ask({ arrivalsPerSecond: 0 }, newWishState, {
      policy: { min: 2, behaviour: { up: free, down: free } },
    });
    expect(least.wish.wish).toBe(2);
  });

  test("never falls where load rises, whatever the rest is", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 500, noNaN: true }),
        fc.double({ min: 0, max: 500, noNaN: true }),
        fc.double({ min: 0.5, max: 2_000, noNaN: true }),
        (a, b, serviceMs) => {
          const [less, more] = [Math.min(a, b), Math.max(a, b)].map(
            (arrivalsPerSecond) => ask({ arrivalsPerSecond, serviceMs }).wish.wish,
          );
          expect(more).toBeGreaterThanOrEqual(less ?? 0);
        },
      ),
    );
  });
});
