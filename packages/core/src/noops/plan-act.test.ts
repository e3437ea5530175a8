import { expect, test } from "vitest";
import type { Landscape } from "./actuator.ts";
import { ruleOf } from "./decision.fixture.ts";
import type { EvidenceReading } from "./evidence.ts";
import { planAct } from "./plan-act.ts";
import type { ActSpec } from "./rule.ts";
import { meshState, startEpochMs as nowEpochMs, workloadOf } from "./world.fixture.ts";

const service = "validation";
const landscape: Landscape = {
  ...{ atEpochMs: nowEpochMs, workloads: [workloadOf(2, { release: "11" })], shares: {} },
  mesh: { [service]: meshState },
};
const looking = { evidence: new Map(), target: service, nowEpochMs, maxAgeMs: 15_000 };
const plan = (act: ActSpec, seen: Landscape | null = landscape) => planAct(ruleOf({ act }), looking, seen);
const shift = { kind: "shift", release: 12, steps: [10, 100], windowMs: 90_000 } as const;

test.each<[ActSpec, string]>([
  [
    { kind: "connections", maxConnections: 64 },
    "allow 64 connections of the mesh to validation; maxConnections is 1024",
  ],
  [
    { kind: "retries", attempts: 1, perTryTimeoutMs: 10_000 },
    "let the mesh ask validation again up to 1 times, 10 s each time, where it asks again at all; attempts is 2",
  ],
  [
    {
      ...{ kind: "outlier-detection", consecutiveErrors: 9, consecutiveGatewayErrors: 4, intervalMs: 5_000 },
      ...{ baseEjectionMs: 30_000, maxEjectionPercent: 20 },
    },
    "leave a replica of validation out of the mesh for 30 s after 9 errors in a row (4 of a gateway), looked at every 5 s, 20 % of them at most; consecutiveErrors is 5; maxEjectionPercent is 50",
  ],
  [shift, "shift validation to release 12 by 10, 100 %, each watched for 90 s"],
])("what is to be done is said with what stands there: %j", (act, preview) => {
  expect(plan(act)).toEqual({ act: { ...act, service }, preview });
});

test("where the mesh does so already there is nothing to do; where it is not known it is tried", () => {
  expect(plan({ kind: "connections", maxConnections: 1_024 })).toMatchObject({
    act: null,
    says: "the mesh does so already: allow 1024 connections of the mesh to validation",
  });
  expect(plan({ kind: "retries", attempts: 2 })).toMatchObject({ act: null });
  const { mesh: _, ...without } = landscape;
  for (const seen of [without, null]) {
    const preview = "allow 1024 connections of the mesh to validation";
    expect(plan({ kind: "connections", maxConnections: 1_024 }, seen)).toMatchObject({ preview });
  }
});

test("nobody is shifted to what runs already, while two releases run, or where nobody knows what runs", () => {
  const running = { ...landscape, workloads: [workloadOf(2, { release: "12" })] };
  expect(plan(shift, running)).toEqual({ act: null, says: "release 12 runs already" });
  const two = { ...landscape, workloads: [workloadOf(2), workloadOf(1, { colour: "green", release: "11" })] };
  expect(plan(shift, two)).toMatchObject({
    act: null,
    says: expect.stringContaining("is being led from one release to another"),
  });
  expect(plan(shift, null)).toMatchObject({ act: null, says: "what runs is not known now" });
});

test("a wish takes replicas away only while balance knows that fewer would do, however the rule is written", () => {
  const act = { kind: "scale", to: "wish", maxStep: 1, min: 1, max: 8 } as const;
  const planned = (direction: "up" | "down", replicas: number, mayLower: boolean | null, ageMs = 0) => {
    const atEpochMs = nowEpochMs - ageMs;
    const evidence = new Map<string, EvidenceReading>([
      ['wish("validation").replicas', { value: replicas, atEpochMs: nowEpochMs }],
      ['wish("validation").mayLower', { value: mayLower, atEpochMs }],
    ]);
    return planAct(ruleOf({ act: { ...act, direction } }), { ...looking, evidence }, landscape);
  };
  expect(planned("down", 1, true)).toMatchObject({ act: { replicas: 1 } });
  for (const held of [planned("down", 1, false), planned("down", 1, null), planned("down", 1, true, 15_001)])
    expect(held).toEqual({ act: null, says: "whether fewer would do for validation is not known now" });
  expect(planned("up", 3, false)).toMatchObject({ act: { replicas: 3 } });
});
