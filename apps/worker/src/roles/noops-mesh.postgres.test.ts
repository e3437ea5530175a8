import type { DecisionState, MeshState } from "@tapline/core/noops";
import { expect, type TestContext, test } from "vitest";
import { meshState } from "../../../../packages/core/src/noops/world.fixture.ts";
import { until } from "../path.fixture.ts";
import { NoopsRig, scaleUp } from "./noops.fixture.ts";

const state: MeshState = { ...meshState, perTryTimeoutMs: null };
const ada = { actor: { kind: "operator", id: "ada" }, reason: "a test" } as const;
const tighten = {
  ...{
    ...scaleUp,
    id: "tighten",
    when: "wish(target).replicas > service(target).wanted",
    cooldownMs: 60_000,
  },
  act: { kind: "connections", maxConnections: 64 },
};
const waitMs = 120_000;

/** NoOps by one armed rule beside a mesh. */
async function opened({ onTestFinished }: TestContext, rule: object, mesh: MeshState | null = state) {
  const rig = await NoopsRig.open(rule);
  onTestFinished(() => rig.close());
  rig.actuator.mesh = mesh === null ? null : { validation: mesh };
  rig.wish = 3;
  rig.start();
  return rig;
}
const oneIn = (rig: NoopsRig, wanted: DecisionState) =>
  until(
    `a decision is ${wanted}`,
    async () => (await rig.desk.list({ states: [wanted] }, 50)).decisions[0],
    waitMs,
  );

test.concurrent("a rule sets how a mesh connects to a service, says what stood there, and is undone by it", async (context) => {
  const rig = await opened(context, tighten);
  const done = await oneIn(rig, "done");
  expect(done).toMatchObject({ before: { maxConnections: 1_024 }, after: { maxConnections: 64 } });
  expect(done.preview).toBe("allow 64 connections of the mesh to validation; maxConnections is 1024");
  await rig.desk.undo(done.id, ada);
  await oneIn(rig, "undone");
  expect(rig.actuator.mesh?.validation).toMatchObject({ maxConnections: 1_024, consecutiveErrors: 5 });
}, 400_000);

test.concurrent("where it is not known what stood there, nothing promises that it can be undone", async (context) => {
  const rig = await opened(context, {
    ...tighten,
    act: { kind: "retries", attempts: 1, perTryTimeoutMs: 2_000 },
  });
  const done = await oneIn(rig, "done");
  expect(done).toMatchObject({
    ...{ before: { attempts: 2, perTryTimeoutMs: null }, after: { attempts: 1, perTryTimeoutMs: 2_000 } },
    undoUntilEpochMs: null,
  });
  await expect(rig.desk.undo(done.id, ada)).rejects.toThrow("cannot be taken back");
}, 400_000);

test.concurrent("where there is no mesh the act fails and says so", async (context) => {
  const rig = await opened(context, tighten, null);
  expect(await oneIn(rig, "failed")).toMatchObject({ error: "there is no mesh" });
}, 400_000);
