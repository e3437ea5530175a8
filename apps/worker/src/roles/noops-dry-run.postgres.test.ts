import type { Decision, DecisionState } from "@tapline/core/noops";
import { expect, test } from "vitest";
import { until } from "../path.fixture.ts";
import { NoopsRig, scaleUp } from "./noops.fixture.ts";

const waitMs = 120_000;
const act = { actor: { kind: "operator", id: "ada" }, reason: "a test" } as const;
const oneOf = (rig: NoopsRig, rule: string, state: DecisionState, holds = (_: Decision) => true) =>
  until(
    `a decision of ${rule} is ${state}`,
    async () => (await rig.desk.list({ states: [state], ruleId: rule }, 50)).decisions.find(holds),
    waitMs,
  );

test("a rule in dry-run keeps what it would have done and by what evidence, and does nothing until it is armed", async ({
  onTestFinished,
}) => {
  const { per: _, ...rule } = { ...scaleUp, mode: "dry-run" };
  const closing = { id: "close-archive", per: "archive", when: "archive(target).isOpen" };
  const scaling = { ...rule, per: "service" };
  const rig = await NoopsRig.open(scaling, { ...rule, ...closing, act: { kind: "target", open: false } });
  onTestFinished(() => rig.close());
  rig.archives = ["main", "off-site", "third"];
  rig.wish = 3;
  rig.start();
  const wouldScale = await oneOf(rig, "scale-up", "dry-run");
  expect(wouldScale).toMatchObject({
    ...{ mode: "dry-run", condition: "breached", preview: "scale validation/blue from 2 to 3 replicas" },
    act: { kind: "scale", workload: { service: "validation", colour: "blue" }, replicas: 3 },
    evidence: [
      { name: 'wish("validation").replicas', value: 3, fault: null },
      { name: 'service("validation").wanted', value: 2, fault: null },
    ],
    ...{ begunAtEpochMs: null, fence: null, before: null, after: null },
  });
  expect(wouldScale.guards.map(({ passed }) => passed)).toEqual(Array(9).fill(true));
  expect(await oneOf(rig, "close-archive", "dry-run")).toMatchObject({
    ...{ mode: "dry-run", act: { kind: "target", archive: expect.any(String), open: false } },
    evidence: [{ name: expect.stringMatching(/^archive\(.*\)\.isOpen$/), value: true, fault: null }],
  });
  // The same again is written after half a minute: until then it was breached in each round.
  rig.aheadMs += 31_000;
  const again = await oneOf(rig, "scale-up", "dry-run", ({ times }) => times > 1);
  expect(again).toMatchObject({ id: wouldScale.id, begunAtEpochMs: null });
  expect([rig.actuator.acts, rig.actuator.counts.get("validation"), [...rig.closed]]).toEqual([[], 2, []]);
  await rig.desk.setMode("scale-up", "armed", act);
  await oneOf(rig, "scale-up", "done");
  expect(rig.actuator.acts).toMatchObject([{ act: wouldScale.act }]);
  expect([...rig.closed]).toEqual([]);
  await rig.desk.setMode("scale-up", "dry-run", act);
  rig.wish = 4;
  const isOfFour = ({ act }: Decision): boolean => act?.kind === "scale" && act.replicas === 4;
  const byHand = await oneOf(rig, "scale-up", "dry-run", isOfFour);
  expect([byHand.mode, rig.actuator.acts.length]).toEqual(["dry-run", 1]);
}, 400_000);
