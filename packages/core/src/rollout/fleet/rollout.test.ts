import { expect, test } from "vitest";
import { hasCode } from "../../kernel/index.ts";
import {
  abortRollout,
  advanceRollout,
  effectOf,
  type FleetAgent,
  type FleetState,
  haltRollout,
  resumeRollout,
  ringHealth,
  startRollout,
  type Track,
  wantedOf,
} from "../index.ts";

const limits = { silentAfterMs: 60_000, maxOutboxAgeMs: 30_000 };
const nowEpochMs = 1_000_000;
const idle: Track<number> = { standing: 1, rollout: null };
const fleetOf = (config: Track<number>): FleetState => ({
  config,
  version: { standing: null, rollout: null },
});

type Changes = Partial<FleetAgent> & { revision?: number; seen?: number; paused?: "disk-full"; age?: number };

function agent(id: string, ring: number, changes: Changes = {}): FleetAgent {
  const { revision = 1, seen = nowEpochMs, paused = null, age = 0, ...rest } = changes;
  const report = {
    ...{ version: "1.0.0", platform: "linux-x64", startedAtEpochMs: 1, configRevision: revision, paused },
    ...({ link: "grpc", clockSkewMs: 0, readers: {}, certificateEndsAtEpochMs: null } as const),
    outbox: { epoch: 1, nextSeq: 1, taps: 0, bytes: 0, oldestAgeMs: age },
  };
  const pins = { pinnedRevision: null, pinnedVersion: null };
  const dates = { enrolledAtEpochMs: 1, revokedAtEpochMs: null };
  return { id, ring, ...pins, ...dates, last: { report, seenAtEpochMs: seen, ageAtReachMs: 0 }, ...rest };
}

const revisionOf = (track: Track<number>, of: FleetAgent): number | undefined =>
  wantedOf(fleetOf(track), of, of.last === null ? null : of.last.report)?.revision;
const refused = (act: () => unknown, code: "conflict" | "invalid-input"): boolean => {
  try {
    act();
  } catch (error) {
    return hasCode(error, code);
  }
  return false;
};

test("a change reaches ring after ring, and stands for everybody behind the last", () => {
  const agents = [agent("a", 0, { revision: 2 }), agent("b", 1, { revision: 2 }), agent("c", 7)];
  const seen = (track: Track<number>) => agents.map((of) => revisionOf(track, of));
  const one = startRollout(idle, 2, [1, 0, 1], 5);
  expect(seen(one)).toEqual([2, 1, 1]);
  const two = advanceRollout(one, ringHealth("config", one, agents, limits, nowEpochMs), false);
  expect(seen(two)).toEqual([2, 2, 1]);
  const three = advanceRollout(two, ringHealth("config", two, agents, limits, nowEpochMs), false);
  expect(three).toEqual({ standing: 2, rollout: null });
  expect(seen(three)).toEqual([2, 2, 2]);
});

test("a halt moves nobody: who has the target keeps it, who has not does not get it", () => {
  const halted = haltRollout(startRollout(idle, 2, [0, 1], 5));
  expect(revisionOf(halted, agent("has", 0, { revision: 2 }))).toBe(2);
  expect(revisionOf(halted, agent("has-not", 0))).toBe(1);
  expect(revisionOf(halted, agent("not-reached", 1))).toBe(1);
  expect(revisionOf(halted, agent("silent", 0, { last: null }))).toBeUndefined();
  expect(revisionOf(resumeRollout(halted), agent("has-not", 0))).toBe(2);
});

test("abort leads back to the base, from running and from halted", () => {
  const started = startRollout(idle, 2, [0], 5);
  for (const track of [started, haltRollout(started)])
    expect(revisionOf(abortRollout(track), agent("a", 0, { revision: 2 }))).toBe(1);
});

test("a pin outweighs any ring, for one kind or for both", () => {
  const started = startRollout(idle, 2, [0], 5);
  expect(revisionOf(started, agent("a", 0, { pinnedRevision: 7 }))).toBe(7);
  const of = agent("a", 0, { pinnedVersion: "2.0.0" });
  expect(wantedOf(fleetOf(started), of, null)).toEqual({ revision: 2, version: "2.0.0" });
});

test("advance refuses while a reached ring is not healthy, names who and why, and goes on by force", () => {
  const started = startRollout(idle, 2, [0, 1], 5);
  const sick = [
    agent("never", 0, { last: null }),
    agent("silent", 0, { revision: 2, seen: nowEpochMs - 60_001 }),
    agent("pending", 0),
    agent("paused", 0, { revision: 2, paused: "disk-full" }),
    agent("aged", 0, { revision: 2, age: 30_001 }),
    agent("fine", 0, { revision: 2, age: 30_000 }),
    agent("pinned", 0, { pinnedRevision: 1 }),
    agent("revoked", 0, { revokedAtEpochMs: 5, last: null }),
    agent("later", 1),
  ];
  const health = ringHealth("config", started, sick, limits, nowEpochMs);
  expect(
    health.map(({ ring, reached, agents, done, pinned }) => [ring, reached, agents, done, pinned]),
  ).toEqual([
    [0, true, 7, 4, 1],
    [1, false, 1, 0, 0],
  ]);
  const troubled = health[0]?.troubled.map((one) => one.trouble);
  expect(troubled).toEqual(["never-reported", "silent", "pending", "paused", "outbox-aged"]);
  expect(() => advanceRollout(started, health, false)).toThrow(/ring 0: never never-reported, silent silent/);
  expect(advanceRollout(started, health, true).rollout?.reached).toBe(1);
});

test("an outbox that was old before the change reached its agent is not the change's fault", () => {
  const started = startRollout(idle, 2, [0], 5);
  const old = agent("a", 0, { revision: 2, age: 90_000 });
  const since = { ...old, last: old.last && { ...old.last, ageAtReachMs: 100_000 } };
  expect(ringHealth("config", started, [since], limits, nowEpochMs)[0]?.troubled).toEqual([]);
});

test("steps that cannot be are refused", () => {
  const started = startRollout(idle, 2, [0], 5);
  expect(refused(() => startRollout(started, 3, [0], 6), "conflict")).toBe(true);
  expect(refused(() => startRollout(idle, 1, [0], 6), "invalid-input")).toBe(true);
  expect(refused(() => startRollout(idle, 2, [], 6), "invalid-input")).toBe(true);
  expect(refused(() => advanceRollout(idle, [], true), "conflict")).toBe(true);
  expect(refused(() => advanceRollout(haltRollout(started), [], true), "conflict")).toBe(true);
  expect(refused(() => haltRollout(haltRollout(started)), "conflict")).toBe(true);
  expect(refused(() => resumeRollout(started), "conflict")).toBe(true);
  expect(refused(() => abortRollout(idle), "conflict")).toBe(true);
});

test("the effect of a step names who is told what else", () => {
  const agents = [agent("a", 0), agent("b", 0), agent("c", 1)];
  const before = { state: fleetOf(idle), agents };
  const after = { state: fleetOf(startRollout(idle, 2, [0, 1], 5)), agents };
  expect(effectOf(before, after)).toEqual([
    { agents: ["a", "b"], from: "config 1, any version", to: "config 2, any version" },
  ]);
  expect(effectOf(before, before)).toEqual([]);
});
