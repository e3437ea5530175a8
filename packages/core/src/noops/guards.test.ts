import { expect, test } from "vitest";
import type { NoopsAct } from "./act.ts";
import { decisionOf, ruleOf } from "./decision.fixture.ts";
import { askGuards, type GuardFacts } from "./guards.ts";
import { noSwitches } from "./switches.ts";
import { meshState, startEpochMs as now, replicaOf, workloadOf } from "./world.fixture.ts";

const workload = { service: "validation", colour: "blue" } as const;
const scale = (replicas: number): NoopsAct => ({ kind: "scale", workload, replicas });
const retire: NoopsAct = { kind: "retire", workload };
const replace = (replica = "validation-1"): NoopsAct => ({ kind: "replace", workload, replica });
const by = { by: "ada", atEpochMs: now, reason: null };
const rule = ruleOf({ cooldownMs: 60_000, perHour: 3 });
const landscapeOf = (...replicas: readonly ReturnType<typeof replicaOf>[]) => ({
  ...{ atEpochMs: now, shares: {}, workloads: [workloadOf(replicas.length, { replicas: [...replicas] })] },
});
const two = landscapeOf(replicaOf("validation-1"), replicaOf("validation-2"));

/** Which guard says no first, and why; null where all pass. */
function refusal(act: NoopsAct, more: Partial<GuardFacts> = {}, id: string | null = null): string | null {
  const facts = {
    ...{
      switches: noSwitches,
      recent: [],
      landscape: two,
      archives: { open: ["main"], quorum: 1 },
      actsPerHour: 60,
    },
    ...{ nowEpochMs: now, rule, act, id, ...more },
  };
  const first = askGuards(facts).find(({ passed }) => !passed);
  return first === undefined ? null : `${first.guard}: ${first.says}`;
}

const pausedDown = { ...noSwitches, pauses: [{ ...by, pauses: "down" as const, untilEpochMs: now }] };
const begun = (agoMs: number, more: Parameters<typeof decisionOf>[0] = {}) =>
  decisionOf({ state: "done", begunAtEpochMs: now - agoMs, ...more });
const elsewhere: NoopsAct = { kind: "scale", workload: { ...workload, service: "transfer" }, replicas: 3 };

test("what harms nobody passes all of them", () => {
  expect(refusal(scale(3))).toBeNull();
  expect(refusal(scale(1))).toBeNull();
});

test.each<[string, NoopsAct, Partial<GuardFacts>, string | null]>([
  ["the kill switch", scale(3), { switches: { ...noSwitches, kill: by } }, "kill-switch: ada has pulled it"],
  [
    "a pause of all",
    scale(3),
    { switches: { ...noSwitches, pauses: [{ ...by, pauses: "all", untilEpochMs: null }] } },
    "pause: ada has paused all acts until it is resumed",
  ],
  [
    "a pause of going down, on the way down",
    scale(1),
    { switches: { ...noSwitches, pauses: [{ ...by, pauses: "down", untilEpochMs: now }] } },
    "pause: ada has paused what makes something smaller until 2026-09-21T14:13:20.000Z",
  ],
  [
    "a pause of going down, on the way up",
    scale(3),
    { switches: { ...noSwitches, pauses: [{ ...by, pauses: "down", untilEpochMs: now }] } },
    null,
  ],
  [
    "a pause of going down, on fewer connections",
    { kind: "connections", service: "web", maxConnections: 1_023 },
    { switches: pausedDown, landscape: { ...two, mesh: { web: meshState } } },
    "pause: ada has paused what makes something smaller",
  ],
  [
    "a pause of going down, on as many connections as nobody knows",
    { kind: "connections", service: "web", maxConnections: 20_000 },
    { switches: pausedDown },
    "pause: ada has paused what makes something smaller",
  ],
  [
    "a pause of going down, on more connections",
    { kind: "connections", service: "web", maxConnections: 1_025 },
    { switches: pausedDown, landscape: { ...two, mesh: { web: meshState } } },
    null,
  ],
  [
    "a pause of going down, on the end of a release",
    retire,
    { switches: pausedDown },
    "pause: ada has paused what makes something smaller",
  ],
  ["one under way on the same", scale(3), { recent: [decisionOf({ state: "acting" })] }, "lock: decision"],
  [
    "one waiting on the same",
    scale(3),
    { recent: [decisionOf({ state: "waiting-approval" })] },
    "lock: decision",
  ],
  ["one under way elsewhere", scale(3), { recent: [decisionOf({ state: "acting", act: elsewhere })] }, null],
  [
    "an act on the same a moment ago",
    scale(3),
    { recent: [begun(59_000)] },
    "cool-down: the last act on validation/blue began 59 s ago",
  ],
  ["an act of another rule on the same", scale(3), { recent: [begun(1, { ruleId: "other" })] }, "cool-down:"],
  ["an act that a clock put into the future", scale(3), { recent: [begun(-500_000)] }, "cool-down:"],
  ["an act long enough ago", scale(3), { recent: [begun(60_000)] }, null],
  [
    "that somebody took the same back",
    scale(3),
    { recent: [begun(600_000, { state: "undone", endedAtEpochMs: now - 600_000 })] },
    "cool-down: decision 01939b6c-0000-7000-8000-000000000001 did this to validation/blue and was undone",
  ],
  [
    "what runs being unknown, on the way down",
    scale(1),
    { landscape: null },
    "last-ready: whether validation/blue has others is not known",
  ],
  [
    "the last ready replica, on the way down",
    scale(1),
    { landscape: landscapeOf(replicaOf("validation-1"), replicaOf("validation-2", { state: "failed" })) },
    "last-ready: of 1 ready replicas none might be left",
  ],
  [
    "the last ready replica",
    replace(),
    { landscape: landscapeOf(replicaOf("validation-1")) },
    "last-ready: it is the last ready replica of validation",
  ],
  [
    "a failed replica that is the only one",
    replace(),
    { landscape: landscapeOf(replicaOf("validation-1", { state: "failed" })) },
    null,
  ],
  [
    "the last ready replica of another service that it serves, too",
    replace(),
    {
      landscape: landscapeOf(
        replicaOf("validation-1", { services: ["validation", "transfer"] }),
        replicaOf("validation-2"),
      ),
    },
    "last-ready: it is the last ready replica of transfer",
  ],
  [
    "a restart of a single one",
    { kind: "restart", workload },
    { landscape: landscapeOf(replicaOf("validation-1")) },
    "last-ready:",
  ],
  [
    "the end of a release of which one replica is ready",
    retire,
    { landscape: landscapeOf(replicaOf("validation-1"), replicaOf("validation-2", { state: "failed" })) },
    "last-ready: 1 of its replicas is ready: nobody would serve meanwhile",
  ],
  ["the end of a release of which two are ready", retire, {}, null],
  [
    "the end of a release while what runs is unknown",
    retire,
    { landscape: null },
    "last-ready: whether validation/blue has others is not known",
  ],
  [
    "the last archive",
    { kind: "target", archive: "main", open: false },
    {},
    "last-ready: 0 archives would be left",
  ],
  [
    "one of two archives",
    { kind: "target", archive: "main", open: false },
    { archives: { open: ["main", "b"], quorum: 1 } },
    null,
  ],
  [
    "an archive that the quorum needs",
    { kind: "target", archive: "main", open: false },
    { archives: { open: ["main", "b"], quorum: 2 } },
    "last-ready: 1 archives would be left, and 2 have to hold a segment",
  ],
  [
    "another disruptive act",
    replace(),
    {
      recent: [
        decisionOf({ state: "acting", act: { kind: "restart", workload: { ...workload, service: "web" } } }),
      ],
    },
    "one-at-a-time: decision",
  ],
  [
    "replicas that are not ready yet",
    replace(),
    {
      landscape: landscapeOf(
        replicaOf("validation-1"),
        replicaOf("validation-2"),
        replicaOf("validation-3", { state: "starting" }),
      ),
    },
    "one-at-a-time: replica validation-3 is starting",
  ],
  [
    "replicas that are not ready yet, on the end of a release",
    retire,
    {
      landscape: landscapeOf(
        replicaOf("validation-1"),
        replicaOf("validation-2"),
        replicaOf("validation-3", { state: "draining" }),
      ),
    },
    "one-at-a-time: replica validation-3 is draining",
  ],
  [
    "the end of a release under way elsewhere",
    replace(),
    {
      recent: [
        decisionOf({ state: "acting", act: { ...retire, workload: { ...workload, service: "transfer" } } }),
      ],
    },
    "one-at-a-time: decision",
  ],
  [
    "its own limit",
    scale(3),
    { recent: [70, 80, 90].map((s) => begun(s * 1_000)) },
    "per-hour: the rule has acted 3 times within the hour, and may 3 times",
  ],
  [
    "the limit of all",
    scale(3),
    { actsPerHour: 2, recent: [70, 80].map((s) => begun(s * 1_000, { ruleId: "other", act: elsewhere })) },
    "budget: rules have acted 2 times",
  ],
  [
    "undos, which people asked for: they count for no limit",
    scale(3),
    {
      actsPerHour: 1,
      recent: [begun(70_000, { undoes: "01939b6c-0000-7000-8000-000000000002", act: elsewhere })],
    },
    null,
  ],
  [
    "an act under way that takes nothing from anybody",
    replace(),
    { recent: [decisionOf({ state: "acting", act: { kind: "rotate-key" } })] },
    null,
  ],
  ["acts of an hour ago", scale(3), { actsPerHour: 1, recent: [begun(3_600_000)] }, null],
])("%s", (_what, act, more, expected) => {
  if (expected === null) expect(refusal(act, more)).toBeNull();
  else expect(refusal(act, more)).toContain(expected);
});

test("a flush is done only while all that is in the buffer is held", () => {
  const flush: NoopsAct = { kind: "flush-buffer", heardWithinMs: 60_000 };
  expect(refusal(flush, { unheld: null })).toBeNull();
  expect(refusal(flush, { unheld: "gate-1 (2 taps): gone" })).toBe("held: gate-1 (2 taps): gone");
  expect(refusal(flush)).toBe("held: who holds what is in the buffer is not known");
  expect(refusal(scale(3), { unheld: "gate-1 (2 taps): gone" })).toBeNull();
});

test("a decision that waited does not stand in its own way", () => {
  const waiting = decisionOf({ state: "waiting-approval" });
  expect(refusal(scale(3), { recent: [waiting] }, waiting.id)).toBeNull();
});

test("all guards are asked, and told", () => {
  const facts = {
    switches: { ...noSwitches, kill: by },
    recent: [begun(1_000)],
    landscape: two,
    archives: { open: [], quorum: 1 },
  };
  const verdicts = askGuards({ ...facts, actsPerHour: 60, nowEpochMs: now, rule, act: scale(1), id: null });
  expect(verdicts.map(({ guard, passed }) => `${guard} ${passed}`)).toEqual([
    ...[
      "kill-switch false",
      "pause true",
      "lock true",
      "cool-down false",
      "last-ready true",
      "held true",
      "one-at-a-time true",
    ],
    ...["per-hour true", "budget true"],
  ]);
});
