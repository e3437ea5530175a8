import type { ShiftListing } from "@tapline/adapters/prisma";
import { type ActuatorAct, actuatorActSchema } from "@tapline/core/noops";
import { defaultPlan, newShiftState, type ShiftAct } from "@tapline/core/rollout";
import { expect, test } from "vitest";
import { doAct } from "./do-act.ts";

const shift: ShiftListing = {
  ...{ id: 7, kind: "release", service: "ingest", base: null, release: 3, stable: "blue", plan: defaultPlan },
  ...{
    state: newShiftState(1_000, "a test"),
    evidence: null,
    startedAtEpochMs: 1_000,
    startedBy: "operator/ada",
  },
  ...{ reason: "a test", changedAtEpochMs: 1_000, endedAtEpochMs: null, revision: 1 },
};

test("each act of a shift is one that the actuator takes", async () => {
  const release = {
    id: 3,
    service: "ingest",
    version: "1.4.0",
    config: { LOG_LEVEL: "debug" },
    rules: 2,
  } as const;
  const made = { ...release, madeAtEpochMs: 1, madeBy: "operator/ada", reason: "a test" };
  const asked: ActuatorAct[] = [];
  const unused = () => Promise.reject(new Error("of a stage alone"));
  const parts = {
    actuator: {
      // As the supervisor and a cluster do: what is more than the act is refused, too.
      act: async (act: ActuatorAct) => {
        asked.push(actuatorActSchema.parse(act));
        return { revision: "1" };
      },
    },
    desk: { release: async () => made },
    shares: { set: unused },
    queues: { add: unused, forget: unused },
  };
  const acts: ShiftAct[] = [
    { kind: "place", colour: "green", release: 3, replicas: 2 },
    { kind: "scale", colour: "green", replicas: 4 },
    { kind: "share", percent: 25 },
    { kind: "retire", colour: "blue" },
  ];
  for (const act of acts) await doAct(shift, act, 5, parts);
  const config = { LOG_LEVEL: "debug", TAPLINE_RULES_RELEASE: "2" };
  expect(asked).toEqual([
    {
      ...{ kind: "place", workload: { service: "ingest", colour: "green" }, replicas: 2 },
      release: { id: "3", version: "1.4.0", config },
    },
    { kind: "scale", workload: { service: "ingest", colour: "green" }, replicas: 4 },
    { kind: "share", service: "ingest", greenPercent: 25 },
    { kind: "retire", workload: { service: "ingest", colour: "blue" } },
  ]);
});
