import { expect, test } from "vitest";
import {
  advanceShift,
  promoteShift,
  retargetShift,
  returnPlan,
  type ShiftAct,
  stepsBy,
  turnShiftBack,
} from "../index.ts";
import { bad, missing, World } from "./shift.fixture.ts";
import { replicasFor } from "./shift.ts";

const shares = (acts: readonly ShiftAct[]): number[] =>
  acts.flatMap((act) => (act.kind === "share" ? [act.percent] : []));

test("a sound release goes step by step to all, and the old one ends last", () => {
  const world = new World();
  expect(world.toTheEnd()).toBe("promoted");
  expect(shares(world.acts)).toEqual([10, 25, 50, 100]);
  expect(world.acts[0]).toEqual({ kind: "place", colour: "green", release: 2, replicas: 1 });
  expect(world.acts.at(-1)).toEqual({ kind: "retire", colour: "blue" });
});

test("replicas come before the share that they are for (Argo PR 4612: 70 % onto a canary sized for 5 %)", () => {
  const world = new World();
  for (let i = 0; i < 2_000 && world.state.phase !== "promoted"; i++) {
    const act = world.step();
    if (act?.kind === "share")
      expect(world.sides.target.ready).toBeGreaterThanOrEqual(replicasFor(act.percent, 4));
    world.comeUp();
  }
  expect(world.state.phase).toBe("promoted");
  expect(world.sides.target.ready).toBe(4);
});

test("a release that never becomes ready gets nothing and is taken away in bounded time (Argo #4128)", () => {
  const world = new World();
  world.comesUp.target = false;
  expect(world.toTheEnd()).toBe("rolled-back");
  expect(shares(world.acts)).toEqual([]);
  expect(world.now - 1_000_000).toBeLessThan(5 * 60_000);
  expect(world.state.why).toContain("not ready in time");
});

test("the way back gives everything back before anything ends (Flagger's order)", () => {
  const world = new World();
  world.until(({ step }) => step === 2);
  world.verdict = bad;
  expect(world.toTheEnd()).toBe("rolled-back");
  const ways = world.acts.slice(-2);
  expect(ways).toEqual([
    { kind: "share", percent: 0 },
    { kind: "retire", colour: "green" },
  ]);
  expect(world.state.why).toBe(bad.why);
});

test("what the bad release has in hand is waited for, within a bound", () => {
  const world = new World();
  world.until(({ step }) => step === 1);
  world.change("target", { inHand: 3 });
  world.verdict = bad;
  world.until(({ phase }) => phase === "clearing");
  world.step();
  expect(world.sides.target.ready).toBeGreaterThan(0);
  expect(world.toTheEnd()).toBe("rolled-back");
});

test("an old release that was made small comes up before it is given everything back (Argo #3888)", () => {
  const world = new World();
  world.until(({ phase }) => phase === "keeping");
  world.change("stable", { wanted: 1, ready: 1 });
  world.verdict = bad;
  world.comesUp.stable = false;
  for (let i = 0; i < 20; i++) world.step();
  expect([world.share, world.acts.at(-1)]).toEqual([100, { kind: "scale", colour: "blue", replicas: 4 }]);
  world.comesUp.stable = true;
  world.comeUp();
  world.step();
  expect(world.share).toBe(0);
});

test("an old release that has ended is placed again for the way back", () => {
  const world = new World();
  world.until(({ phase }) => phase === "retiring");
  world.until(() => world.sides.stable.wanted === 0);
  world.set(turnShiftBack(world.shift, world.now, "a person wants it"));
  world.step();
  expect(world.acts.at(-1)).toEqual({ kind: "place", colour: "blue", release: 1, replicas: 4 });
  expect(world.toTheEnd()).toBe("rolled-back");
});

test("shares grow to all where the greatest one is no multiple of the step (Flagger #189)", () => {
  expect(stepsBy(30, 50)).toEqual([30, 50, 100]);
  expect(stepsBy(40)).toEqual([40, 80, 100]);
  expect(() => stepsBy(0)).toThrow("no share");
  const world = new World({ steps: stepsBy(30, 50) });
  expect(world.toTheEnd()).toBe("promoted");
  expect(world.share).toBe(100);
});

test("another release during the analysis begins anew, once the old one has everything (Flagger #30)", () => {
  const world = new World();
  world.until(({ step }) => step === 2);
  world.shift = { ...world.shift, release: 3, state: retargetShift(world.shift, world.now, "release 3") };
  world.acts.length = 0;
  world.until(({ phase }) => phase === "routing");
  expect(world.acts).toEqual([
    { kind: "share", percent: 0 },
    { kind: "place", colour: "green", release: 3, replicas: 1 },
  ]);
  expect([world.state.step, world.state.setbacks]).toEqual([0, 0]);
  expect(world.toTheEnd()).toBe("promoted");
});

test("a release that somebody else places where the new one runs resets the analysis, too", () => {
  const world = new World();
  world.until(({ step }) => step === 2);
  world.change("target", { release: 9 });
  world.step();
  expect([world.state.phase, world.state.step]).toEqual(["placing", 0]);
  expect(world.toTheEnd()).toBe("promoted");
  expect(world.sides.target.release).toBe(2);
});

test("a share that somebody else sets is put right, and the window begins anew (Argo #849); where he goes on, the shift holds", () => {
  const world = new World();
  world.until(({ step, routedAtEpochMs }) => step === 1 && routedAtEpochMs !== null);
  world.share = 90;
  world.step();
  expect(world.state.routedAtEpochMs).toBeNull();
  world.step();
  expect(world.share).toBe(25);
  for (let i = 0; i < 20 && world.state.held === null; i++) {
    world.until(({ routedAtEpochMs, held }) => routedAtEpochMs !== null || held !== null);
    world.share = 90;
    world.step();
  }
  expect(world.state.held).toContain("somebody else set the share to 90 %");
  expect(world.step()).toBeNull();
  world.set(advanceShift(world.shift, world.now, "it was me"));
  expect(world.toTheEnd()).toBe("promoted");
});

test("missing evidence halts the advance, and in the end turns it back", () => {
  const world = new World();
  world.verdict = missing;
  world.until(({ phase }) => phase === "routing");
  const beganAt = world.now;
  world.until(({ phase }) => phase !== "routing");
  expect([world.state.phase, world.state.step]).toEqual(["returning", 0]);
  expect(world.now - beganAt).toBeGreaterThan(5 * 60_000);
  expect(world.state.why).toContain("nothing shows in time");
  expect(world.toTheEnd()).toBe("rolled-back");
});

test("a release that is started again and again is taken back without waiting for evidence", () => {
  const world = new World();
  world.until(({ routedAtEpochMs }) => routedAtEpochMs !== null);
  world.verdict = missing;
  world.change("target", { restarts: 3 });
  world.step();
  expect([world.state.phase, world.state.why]).toEqual([
    "returning",
    "the new release was started again 3 times",
  ]);
});

test("a release that is ready no more does not advance; after some times it is taken back", () => {
  const world = new World();
  world.until(({ routedAtEpochMs }) => routedAtEpochMs !== null);
  world.comesUp.target = false;
  world.change("target", { ready: 0 });
  expect(world.toTheEnd()).toBe("rolled-back");
});

test("a way back by hand is under way with the next look, from each phase, and needs no evidence", () => {
  for (const phase of ["placing", "routing", "keeping", "retiring"] as const) {
    const world = new World();
    world.until((state) => state.phase === phase);
    world.step();
    world.set(turnShiftBack(world.shift, world.now, "a person wants it"));
    expect(world.toTheEnd()).toBe("rolled-back");
    expect(world.share).toBe(0);
  }
});

test("to what ran before goes all at once, and only once that is ready", () => {
  const world = new World(returnPlan);
  world.verdict = missing;
  expect(world.toTheEnd()).toBe("promoted");
  expect(shares(world.acts)).toEqual([100]);
});

test("promoted by hand it skips windows and evidence, not being ready", () => {
  const world = new World();
  world.verdict = missing;
  world.comesUp.target = false;
  world.set(promoteShift(world.shift, world.now, "urgent"));
  for (let i = 0; i < 5; i++) world.step();
  expect(shares(world.acts)).toEqual([]);
  world.comesUp.target = true;
  expect(world.toTheEnd()).toBe("promoted");
  expect(() => turnShiftBack(world.shift, world.now, "late")).toThrow("has ended");
});

test("acts that do not work are told again with the next look, and bound the shift all the same", () => {
  const world = new World();
  world.works = false;
  expect(world.toTheEnd()).toBe("rolled-back");
  expect(world.acts.filter(({ kind }) => kind === "place").length).toBeGreaterThan(10);
});
