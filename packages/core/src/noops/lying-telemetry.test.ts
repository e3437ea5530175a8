import fc from "fast-check";
import { expect, test } from "vitest";
import { subjectOf } from "./act.ts";
import type { Workload } from "./actuator.ts";
import { type Begun, LyingWorld, lieArbitrary } from "./lying-world.fixture.ts";

const hourMs = 3_600_000;
const atOf = ({ decision }: Begun): number => decision.begunAtEpochMs ?? Number.NaN;

function workloadIn({ landscape }: Begun, service: string): Workload {
  const found = landscape.workloads.find((one) => one.service === service);
  if (found === undefined) throw new Error(`${service} does not run`);
  return found;
}

/** How an act is counted: what it does, and in which direction. */
function kindOf(one: Begun): string {
  const { act } = one.rule;
  return act.kind === "scale" ? `scale ${act.direction}` : act.kind;
}

/** Replicas stay within the bounds of the rule that moves them, and go no farther at once than its step. */
function keepsBounds(one: Begun): void {
  const [{ act }, spec] = [one.decision, one.rule.act];
  if (act?.kind !== "scale" || spec.kind !== "scale") return;
  const moved = act.replicas - workloadIn(one, act.workload.service).wanted;
  const towards = spec.direction === "up" ? moved : -moved;
  expect(towards, "replicas at once").toBeGreaterThanOrEqual(1);
  expect(towards, "replicas at once").toBeLessThanOrEqual(spec.maxStep);
  expect(act.replicas, "replicas").toBeGreaterThanOrEqual(spec.min);
  expect(act.replicas, "replicas").toBeLessThanOrEqual(spec.max);
}

/** The last replica that is said to be ready is not taken, nor the last archive; and nothing while replicas come or go. */
function leavesOne(one: Begun, quorum: number): void {
  const { act } = one.decision;
  if (act?.kind === "target" && !act.open)
    expect(one.open.length - 1, "archives left").toBeGreaterThanOrEqual(quorum);
  if (act === null || !("workload" in act)) return;
  const { wanted, replicas } = workloadIn(one, act.workload.service);
  if (act.kind === "scale" && act.replicas > wanted) return;
  const ready = replicas.filter(({ state }) => state === "ready");
  const isReplaced = (name: string): boolean => act.kind === "replace" && act.replica === name;
  const isOfFailed = act.kind === "replace" && !ready.some(({ name }) => isReplaced(name));
  const taken = act.kind === "scale" ? wanted - act.replicas : 1;
  if (!isOfFailed) expect(ready.length - taken, "ready replicas left").toBeGreaterThan(0);
  const moving = replicas.filter(({ name, state }) => {
    return !isReplaced(name) && (state === "starting" || state === "draining");
  });
  expect(moving, "replicas that come or go").toEqual([]);
}

/** It waits for its cool-down, whoever acted there before; in no hour a rule acts more often than it may, nor do all together. */
function keepsItsTime(one: Begun, before: readonly Begun[], actsPerHour: number): void {
  const subject = subjectOf(one.decision.act ?? { kind: "rotate-key" });
  for (const { decision } of before)
    if (decision.act !== null && subjectOf(decision.act) === subject)
      expect(
        atOf(one) - (decision.begunAtEpochMs ?? 0),
        `since the last act on ${subject}`,
      ).toBeGreaterThanOrEqual(one.rule.cooldownMs);
  const hour = before.filter((other) => atOf(one) - atOf(other) < hourMs);
  expect(hour.length, "acts of the hour before it").toBeLessThan(actsPerHour);
  const own = hour.filter(({ rule }) => rule.id === one.rule.id);
  expect(own.length, "acts of its rule in the hour before it").toBeLessThan(one.rule.perHour);
}

/** What is old, of the future or not known leads to nothing. */
function restsOnEvidence({ decision, rule }: Begun): void {
  for (const { name, value, ageMs, fault } of decision.evidence) {
    expect([value === null, fault], name).toEqual([false, null]);
    expect(ageMs, name).toBeLessThanOrEqual(rule.maxAgeMs);
  }
}

test("whatever telemetry says, acts keep their bounds, leave one that serves, and keep their limits and cool-downs", () => {
  const kinds = new Map<string, number>();
  const lies = fc.array(lieArbitrary, { minLength: 10, maxLength: 40 });
  fc.assert(
    fc.property(lies, fc.integer({ min: 2, max: 40 }), (told, actsPerHour) => {
      const world = new LyingWorld(actsPerHour);
      for (const lie of told) world.believe(lie);
      for (const [index, one] of world.begun.entries()) {
        keepsBounds(one);
        leavesOne(one, world.quorum);
        keepsItsTime(one, world.begun.slice(0, index), actsPerHour);
        restsOnEvidence(one);
        kinds.set(kindOf(one), (kinds.get(kindOf(one)) ?? 0) + 1);
      }
    }),
    { numRuns: 30 },
  );
  // Had nothing been done, nothing would have been shown.
  const done = ["replace", "restart", "scale down", "scale up", "target"];
  expect([...kinds.keys()]).toEqual(expect.arrayContaining(done));
}, 120_000);
