import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decider } from "./decider.ts";
import { ruleOf } from "./decision.fixture.ts";
import { defaultNoopsRules } from "./default-rules.ts";
import { gistOf } from "./draft.ts";
import { replicaOf, startEpochMs, World, workloadOf } from "./world.fixture.ts";

const wish = (world: World, replicas: number | null, ageMs = 0) => {
  world.know('wish("validation").replicas', replicas, ageMs);
  world.know('wish("validation").mayLower', replicas === null ? null : true, ageMs);
};
const up = ruleOf({ forMs: 5_000, cooldownMs: 30_000 });
const down = ruleOf({
  ...{ id: "scale-down", when: "wish(target).replicas < service(target).wanted", forMs: 60_000 },
  ...{
    cooldownMs: 120_000,
    act: { kind: "scale", direction: "down", to: "wish", maxStep: 1, min: 1, max: 8 },
  },
});

describe("a rule", () => {
  test("acts once its condition has held for long enough, and explains itself", () => {
    const world = new World([up]);
    for (let second = 0; second < 5; second++) {
      wish(world, 3);
      expect(world.tick()[0]).toMatchObject({ state: "none", condition: "breached" });
    }
    wish(world, 3);
    expect(world.tick()[0]).toMatchObject({
      ...{ state: "done", says: "so for 5 s", preview: "scale validation/blue from 2 to 3 replicas" },
      evidence: [
        { name: 'wish("validation").replicas', value: 3, ageMs: 1_000, fault: null },
        { name: 'service("validation").wanted', value: 2, ageMs: 0, fault: null },
      ],
    });
    wish(world, 3);
    expect(world.tick()[0]).toMatchObject({ state: "none", condition: "clear", says: "in order" });
  });

  test("goes at most a step at once, and not out of its bounds", () => {
    const world = new World([
      ruleOf({ act: { kind: "scale", direction: "up", to: "wish", maxStep: 2, min: 1, max: 5 } }),
    ]);
    for (let round = 0; round < 30; round++) {
      wish(world, 400);
      world.tick(10_000);
    }
    expect(world.acted.map(({ preview }) => preview)).toEqual([
      ...["scale validation/blue from 2 to 4 replicas", "scale validation/blue from 4 to 5 replicas"],
    ]);
    expect(world.decisions.at(-1)?.says).toBe("5 replicas stay: 5 are the most");
  });

  test("between its two thresholds neither acts nor is over", () => {
    const rule = ruleOf({
      ...{
        per: "installation",
        when: 'kpi("backlog.taps") > 100.0',
        clearWhen: 'kpi("backlog.taps") < 50.0',
      },
      ...{ forMs: 2_000, cooldownMs: 5_000, act: { kind: "rotate-key" } },
    });
    const world = new World([rule]);
    const conditions = [120, 120, 120, 80, 120, 40, 120].map((taps) => {
      world.know('kpi("backlog.taps")', taps);
      const [made] = world.tick();
      return `${made?.condition} ${made?.act?.kind ?? "nothing"}`;
    });
    expect(conditions).toEqual([
      ...["breached nothing", "breached nothing", "breached rotate-key", "between nothing"],
      // Engaged still: no second wait. After it was over it waits anew.
      ...["breached rotate-key", "clear nothing", "breached nothing"],
    ]);
  });

  test("is held by what is missing or too old, and then waits as long as ever", () => {
    const world = new World([up, down]);
    for (let second = 0; second < 600; second++) {
      if (second % 4 === 0) wish(world, 5, second % 8 === 0 ? 60_000 : 0);
      else wish(world, null);
      world.tick();
    }
    expect(world.acted).toEqual([]);
    expect(world.decisions.map(({ condition }) => condition)).toContain("held");
  });

  test("counts anew from where its clock was set back to, and waits neither less nor until the clock is there again", () => {
    const decider = new Decider([up]);
    const wantsAt = (nowEpochMs: number): boolean => {
      const evidence = new Map([
        ['wish("validation").replicas', { value: 3, atEpochMs: nowEpochMs }],
        ['service("validation").wanted', { value: 2, atEpochMs: nowEpochMs }],
      ]);
      const landscape = { atEpochMs: nowEpochMs, workloads: [workloadOf(2)], shares: {} };
      return decider.decide({ evidence, landscape, archives: [] }, nowEpochMs)[0]?.planned !== null;
    };
    const ahead = startEpochMs + 3_600_000;
    expect([ahead, ahead + 4_000].map(wantsAt)).toEqual([false, false]);
    const back = [0, 1_000, 4_999, 5_000].map((afterMs) => wantsAt(startEpochMs + afterMs));
    expect(back).toEqual([false, false, false, true]);
    // Engaged by then: what led to an act stays so, whatever the clock says.
    expect(wantsAt(startEpochMs - 60_000)).toBe(true);
  });

  test("that fails stops no other", () => {
    const world = new World([ruleOf({ id: "broken" }), { ...ruleOf({ id: "sound" }) }]);
    const { rules } = world;
    Object.defineProperty(rules[0]!, "forMs", {
      get: () => {
        throw new Error("a fault of ours");
      },
    });
    wish(world, 3);
    expect(world.tick()).toMatchObject([
      { ruleId: "broken", state: "none", condition: "held", says: "the rule failed: a fault of ours" },
      { ruleId: "sound", state: "done" },
    ]);
  });

  test("of replicas is asked for each process once, though it serves several services", () => {
    const rule = ruleOf({
      per: "replica",
      when: 'replica(target).state == "failed"',
      act: { kind: "replace" },
    });
    const services = ["validation", "transfer"];
    const replica = replicaOf("pipeline-1", { services });
    const workloads = services.map((service) => workloadOf(1, { service, replicas: [replica] }));
    const snapshot = {
      evidence: new Map(),
      landscape: { atEpochMs: 1, workloads, shares: {} },
      archives: [],
    };
    const verdicts = new Decider([rule]).decide(snapshot, 1);
    expect(verdicts.map(({ target }) => target)).toEqual(["validation/blue/pipeline-1"]);
  });
});

describe("whatever the evidence does", () => {
  test("that flaps faster than the rule waits moves nothing", () => {
    const flaps = fc.array(
      fc.record({ wish: fc.integer({ min: 3, max: 9 }), breachedS: fc.integer({ min: 1, max: 4 }) }),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(flaps, (spans) => {
        const world = new World([up]);
        for (const { wish: wanted, breachedS } of spans) {
          for (let second = 0; second < breachedS; second++) {
            wish(world, wanted);
            world.tick();
          }
          wish(world, 2);
          world.tick();
        }
        expect(world.acted).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  test("replicas turn round no sooner than the cool-down of who turns them, and acts keep their limits", () => {
    const readings = fc.array(
      fc.record({ wish: fc.option(fc.integer({ min: 0, max: 20 })), ageS: fc.integer({ min: 0, max: 20 }) }),
      { minLength: 50, maxLength: 400 },
    );
    fc.assert(
      fc.property(readings, fc.integer({ min: 1, max: 90 }), (told, stepS) => {
        const world = new World([up, down]);
        for (const { wish: wanted, ageS } of told) {
          wish(world, wanted, ageS * 1_000);
          world.tick(stepS * 1_000);
        }
        for (const [index, { begunAtEpochMs, ruleId, act, evidence }] of world.acted.entries()) {
          const before = world.acted[index - 1]?.begunAtEpochMs ?? 0;
          const { cooldownMs } = ruleId === "scale-up" ? up : down;
          expect((begunAtEpochMs ?? 0) - before).toBeGreaterThanOrEqual(cooldownMs);
          expect(evidence.every(({ fault }) => fault === null)).toBe(true);
          expect(act?.kind === "scale" && act.replicas >= 1 && act.replicas <= 8).toBe(true);
          const hour = world.acted.filter(
            (one) =>
              one.ruleId === ruleId &&
              Math.abs((one.begunAtEpochMs ?? 0) - (begunAtEpochMs ?? 0)) < 3_600_000 &&
              (one.begunAtEpochMs ?? 0) <= (begunAtEpochMs ?? 0),
          );
          expect(hour.length).toBeLessThanOrEqual(10);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("the same snapshots decide the same", () => {
    const play = () => {
      const world = new World(defaultNoopsRules.rules);
      for (let second = 0; second < 900; second++) {
        wish(world, second < 300 ? 4 : 1);
        world.know('wish("validation").mayLower', true);
        world.tick();
      }
      return world.decisions.map((decision) => `${decision.atEpochMs} ${gistOf(decision)}`);
    };
    expect(play()).toEqual(play());
  });
});
