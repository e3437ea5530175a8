import { randomBytes } from "node:crypto";
import { NoopsLog } from "@tapline/adapters/prisma/noops";
import { uuidV7 } from "@tapline/core/kernel";
import type { DecisionState } from "@tapline/core/noops";
import { expect, type TestContext, test } from "vitest";
import { decisionOf } from "../../../../packages/core/src/noops/decision.fixture.ts";
import { until } from "../path.fixture.ts";
import { NoopsRig, scaleUp } from "./noops.fixture.ts";

/** NoOps of a test's own. The tests run side by side: most of their time they wait for rounds. */
async function opened({ onTestFinished }: TestContext, ...rules: object[]): Promise<NoopsRig> {
  const rig = await NoopsRig.open(...rules);
  onTestFinished(() => rig.close());
  return rig;
}

const waitMs = 120_000;
const act = { actor: { kind: "operator", id: "ada" }, reason: "a test" } as const;
const decisionsIn = async (rig: NoopsRig, ...states: DecisionState[]) =>
  (await rig.desk.list({ states }, 50)).decisions;
const oneIn = (rig: NoopsRig, state: DecisionState) =>
  until(`a decision is ${state}`, async () => (await decisionsIn(rig, state))[0], waitMs);
/** Long enough for some rounds: what must not happen has its chance. */
const rounds = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 3_000));

test.concurrent("of two deciders one acts, and the other one does so once the first has ended", async (context) => {
  const rig = await opened(context, scaleUp);
  const [one, two] = [rig.start(), rig.start()];
  rig.wish = 3;
  await oneIn(rig, "done");
  // On a busy machine a lease may run out, and then nobody leads for a while. Two never do.
  const leading = await until(
    "one decides",
    () => {
      const there = [one, two].filter((decider) => decider.leads());
      return there.length > 0 && there;
    },
    waitMs,
  );
  expect(leading).toHaveLength(1);
  expect((await rig.desk.standing()).lease?.holder).toMatch(/^worker-1 \([0-9a-f]{8}\)$/);
  const [first, second] = leading[0] === one ? [one, two] : [two, one];
  await first.stop(1_000);
  await until("the other one decides", async () => second.leads(), waitMs);
  rig.wish = 4;
  await until("it acts", async () => rig.actuator.acts.length === 2, waitMs);
  const { acts } = rig.actuator;
  expect(acts.map(({ act }) => act.kind === "scale" && act.replicas)).toEqual([3, 4]);
  expect(acts[1]?.fence ?? 0).toBeGreaterThan(acts[0]?.fence ?? 0);
}, 400_000);

test.concurrent("an act of a decider whose lease is over is refused by its number", async (context) => {
  const rig = await opened(context, scaleUp);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isFirst = true;
  rig.actuator.gate = async () => {
    if (!isFirst) return;
    isFirst = false;
    await held;
  };
  rig.start();
  rig.wish = 3;
  const { id } = await oneIn(rig, "acting");
  // As where the process stood still for longer than the lease holds.
  await rig.prisma
    .$executeRaw`UPDATE noops_lease SET holder = 'other', fence = fence + 1, until = now() + interval '1 hour'`;
  const failed = await until("it is broken off", async () => (await decisionsIn(rig, "failed"))[0], waitMs);
  expect(failed).toMatchObject({ id, error: "broken off: another process decides now" });
  await rig.actuator.act(
    { kind: "scale", workload: { service: "validation", colour: "blue" }, replicas: 5 },
    { fence: (failed.fence ?? 0) + 1, reason: "the other" },
  );
  release();
  await rounds();
  expect(rig.actuator.acts).toHaveLength(1);
}, 400_000);

test.concurrent("the kill switch breaks off what is under way, and nothing acts after it", async (context) => {
  const rig = await opened(context, scaleUp);
  let heard: unknown = null;
  rig.actuator.gate = (signal) =>
    new Promise((_, reject) => {
      signal?.addEventListener("abort", () => {
        heard = signal.reason;
        reject(signal.reason);
      });
    });
  rig.start();
  rig.wish = 3;
  await oneIn(rig, "acting");
  await rig.desk.kill(act);
  expect(await oneIn(rig, "failed")).toMatchObject({ error: "broken off: ada has pulled the kill switch" });
  expect(heard).toBeInstanceOf(Error);
  await until("what restarts is stopped, too", async () => rig.actuator.halts[0], waitMs);
  rig.actuator.gate = async () => undefined;
  expect(await oneIn(rig, "refused")).toMatchObject({
    guards: expect.arrayContaining([{ guard: "kill-switch", passed: false, says: "ada has pulled it" }]),
  });
  expect(rig.actuator.acts).toEqual([]);
  // Nor does it halt again what people do meanwhile, as where it loses the lease for a moment and takes it anew.
  await rig.prisma.$executeRaw`UPDATE noops_lease SET holder = 'other', fence = fence + 1, until = now()`;
  await rounds();
  expect(rig.actuator.halts).toEqual(["ada has pulled the kill switch"]);
  await rig.desk.revive(act);
  await oneIn(rig, "done");
}, 400_000);

test.concurrent("a rule that asks acts once a person approves, and not where it is denied or too late", async (context) => {
  const rig = await opened(context, { ...scaleUp, mode: "approval", approvalMs: 60_000 });
  rig.start();
  rig.wish = 3;
  const asked = await oneIn(rig, "waiting-approval");
  await rig.desk.deny(asked.id, act);
  const again = await until(
    "it asks again",
    async () => (await decisionsIn(rig, "waiting-approval")).find(({ id }) => id !== asked.id),
    waitMs,
  );
  rig.aheadMs += 61_000;
  expect(await oneIn(rig, "expired")).toMatchObject({ id: again.id, says: "nobody answered in time" });
  expect(rig.actuator.acts).toEqual([]);
  const last = await oneIn(rig, "waiting-approval");
  await rig.desk.approve(last.id, act);
  expect(await oneIn(rig, "done")).toMatchObject({ id: last.id, word: { is: "approved", by: act.actor } });
  expect(rig.actuator.acts).toHaveLength(1);
}, 400_000);

test.concurrent("what a rule has asked for is not done once the rule only says what it would do, though it was approved; armed, it asks no more", async (context) => {
  const rig = await opened(context, { ...scaleUp, mode: "approval" });
  rig.start();
  rig.wish = 3;
  const asked = await oneIn(rig, "waiting-approval");
  await rig.desk.pause({ pauses: "all", untilEpochMs: null }, act);
  await rig.desk.approve(asked.id, act);
  await rig.desk.setMode(scaleUp.id, "dry-run", act);
  await until("it is over", async () => (await rig.desk.find(asked.id)).state === "refused", waitMs);
  expect(await rig.desk.find(asked.id)).toMatchObject({ says: "its rule only says what it would do by now" });
  await rig.desk.resume(act);
  await oneIn(rig, "dry-run");
  expect(rig.actuator.acts).toEqual([]);
  await rig.desk.setMode(scaleUp.id, "as-written", act);
  const again = await oneIn(rig, "waiting-approval");
  await rig.desk.setMode(scaleUp.id, "armed", act);
  expect(await oneIn(rig, "done")).toMatchObject({ mode: "armed", word: null });
  expect(await rig.desk.find(again.id)).toMatchObject({ says: "its rule acts by itself by now" });
}, 400_000);

test.concurrent("limits hold over a restart: they are read from what was decided", async (context) => {
  const rig = await opened(context, { ...scaleUp, perHour: 1 });
  const first = rig.start();
  rig.wish = 4;
  await oneIn(rig, "done");
  await first.stop(1_000);
  rig.start();
  await until(
    "the limit is told",
    async () =>
      (await decisionsIn(rig, "refused")).some(({ says }) =>
        says.includes("the rule has acted 1 times within the hour"),
      ),
    waitMs,
  );
  rig.aheadMs += 3_600_000;
  await until("it acts again", async () => rig.actuator.acts.length === 2, waitMs);
}, 400_000);

test.concurrent("what was done is undone by what was before, and not done again at once", async (context) => {
  const rig = await opened(context, scaleUp);
  rig.start();
  rig.wish = 3;
  const done = await oneIn(rig, "done");
  expect(done).toMatchObject({ before: { replicas: 2, ready: 2 }, after: { replicas: 3, ready: 3 } });
  await rig.desk.undo(done.id, act);
  await until("it is undone", async () => (await decisionsIn(rig, "undone"))[0], waitMs);
  expect(rig.actuator.acts.map(({ act }) => act.kind === "scale" && act.replicas)).toEqual([3, 2]);
  const refused = await until(
    "the rule is held",
    async () => (await decisionsIn(rig, "refused")).find(({ says }) => says.includes("was undone")),
    waitMs,
  );
  expect(refused.says).toContain(done.id);
}, 400_000);

test.concurrent("an undo is refused where somebody has set something since", async (context) => {
  const rig = await opened(context, scaleUp);
  rig.start();
  rig.wish = 3;
  const done = await oneIn(rig, "done");
  rig.wish = 2;
  rig.actuator.counts.set("validation", 6);
  await rig.desk.undo(done.id, act);
  expect(await oneIn(rig, "failed")).toMatchObject({
    undoes: done.id,
    error: `what decision ${done.id} left has changed since: replicas was 3 and is 6`,
  });
  expect(rig.actuator.acts).toHaveLength(1);
  expect(await rig.desk.find(done.id)).toMatchObject({ state: "done", undoneBy: null });
}, 400_000);

test.concurrent("where nobody says what is wished nothing is done, and that is written down once", async (context) => {
  const rig = await opened(context, scaleUp);
  rig.wish = null;
  rig.start();
  const held = await oneIn(rig, "none");
  expect(held).toMatchObject({ condition: "held", says: 'wish("validation").replicas is missing' });
  await rounds();
  expect((await rig.desk.list({}, 50)).decisions).toHaveLength(1);
  expect(rig.actuator.acts).toEqual([]);
}, 400_000);

test.concurrent("a rule goes by the clock on the walls of the zone that it names", async (context) => {
  const berlin = 'clock("Europe/Berlin")';
  const when = `${berlin}.minuteOfDay >= 0.0 && ${berlin}.minuteOfDay < 1440.0`;
  const byClock = { per: "installation", when, forMs: 0, mode: "dry-run", act: { kind: "rotate-key" } };
  const rig = await opened(context, { ...scaleUp, ...byClock });
  rig.start();
  const { evidence, condition } = await oneIn(rig, "dry-run");
  expect(condition).toBe("breached");
  expect(evidence).toEqual([expect.objectContaining({ name: `${berlin}.minuteOfDay`, fault: null })]);
}, 400_000);

test.concurrent("what a rule came to again and again is kept as it was just before it acts, and before its process ends", async (context) => {
  const rig = await opened(context, { ...scaleUp, forMs: 0 });
  const running = rig.start();
  const { id, atEpochMs } = await oneIn(rig, "none");
  const times = async (): Promise<number> => (await rig.desk.find(id)).times;
  await rounds();
  expect(await times()).toBe(1);
  rig.wish = 3;
  await oneIn(rig, "done");
  await until("it is kept", async () => (await times()) > 1, waitMs);
  // Else it would have been written only once half a minute was over.
  expect((await rig.desk.find(id)).lastAtEpochMs - atEpochMs).toBeLessThan(30_000);
  const before = await times();
  await rounds();
  await running.stop(1_000);
  expect(await times()).toBeGreaterThan(before + 1);
}, 400_000);

test.concurrent("what a process left under way is ended by who decides next", async (context) => {
  const rig = await opened(context, scaleUp);
  rig.actuator.gate = () => new Promise(() => undefined);
  rig.start();
  rig.wish = 3;
  const { id } = await oneIn(rig, "acting");
  await rig.prisma
    .$executeRaw`UPDATE noops_lease SET holder = 'dead', fence = fence + 1, until = now() - interval '1 second'`;
  await until("it is ended", async () => (await rig.desk.find(id)).state === "failed", waitMs);
  expect((await rig.desk.find(id)).error).toMatch(/another process decides now|while it acted/);
}, 400_000);

test.concurrent("an act of which nobody could write down what came of it is ended, and holds up no others", async (context) => {
  const rig = await opened(context, scaleUp);
  const running = rig.start();
  await until("it decides", async () => running.leads(), waitMs);
  const atEpochMs = rig.clock();
  const left = decisionOf({ id: uuidV7(atEpochMs, randomBytes), atEpochMs, lastAtEpochMs: atEpochMs });
  await new NoopsLog(rig.prisma, rig.clock).begin(left, running.fence() ?? -1);
  rig.wish = 3;
  await oneIn(rig, "done");
  expect(await rig.desk.find(left.id)).toMatchObject({ state: "failed", ruleId: left.ruleId });
}, 400_000);

test.concurrent("a pause that is asked for while one act is done holds the next of the same look", async (context) => {
  const upToThree = { when: "service(target).wanted < 3", act: { ...scaleUp.act, to: "one-more-or-less" } };
  const rig = await opened(context, { ...scaleUp, ...upToThree });
  rig.actuator.counts.set("encryption", 2);
  let isPaused = false;
  rig.actuator.gate = async () => {
    if (!isPaused) await rig.desk.pause({ pauses: "all", untilEpochMs: null }, act);
    isPaused = true;
  };
  rig.start();
  const refused = await oneIn(rig, "refused");
  expect(refused.guards.find(({ passed }) => !passed)?.guard).toBe("pause");
  expect(await decisionsIn(rig, "done")).toHaveLength(1);
  await rounds();
  expect(rig.actuator.acts).toHaveLength(1);
}, 400_000);

test.concurrent("an undo does not wait for the answer to another question about the same", async (context) => {
  const asking = { when: "service(target).wanted > 2", act: { ...scaleUp.act, to: "one-more-or-less" } };
  const rig = await opened(context, scaleUp, { ...scaleUp, ...asking, id: "asks", mode: "approval" });
  rig.start();
  rig.wish = 3;
  const done = await oneIn(rig, "done");
  const asked = await oneIn(rig, "waiting-approval");
  expect(asked).toMatchObject({ ruleId: "asks", word: null });
  await rig.desk.undo(done.id, act);
  await until("it is undone", async () => (await decisionsIn(rig, "undone"))[0], waitMs);
  expect(rig.actuator.acts.map(({ act }) => act.kind === "scale" && act.replicas)).toEqual([3, 2]);
}, 400_000);

test.concurrent("a process that cannot keep its lease does not take itself for the one that decides", async (context) => {
  const rig = await opened(context, scaleUp);
  const running = rig.start();
  await until("it decides", async () => running.leads(), waitMs);
  await rig.prisma.$executeRaw`ALTER TABLE noops_lease RENAME TO noops_lease_away`;
  await until("its lease is over", async () => !running.leads() && running.fence() === null, waitMs);
  await rig.prisma.$executeRaw`ALTER TABLE noops_lease_away RENAME TO noops_lease`;
  await until("it decides again", async () => running.leads(), waitMs);
}, 400_000);

test.concurrent("of archives that all seem to fail at once so many stay open as have to hold a segment", async (context) => {
  const { per: _, ...rule } = scaleUp;
  const closing = { id: "close-archive", per: "archive", when: "archive(target).isOpen" };
  const rig = await opened(context, { ...rule, ...closing, act: { kind: "target", open: false } });
  rig.archives = ["main", "off-site", "third"];
  rig.start();
  const refused = await oneIn(rig, "refused");
  expect(refused.guards).toContainEqual(expect.objectContaining({ guard: "last-ready", passed: false }));
  await rounds();
  expect([...rig.closed]).toEqual(["main"]);
}, 400_000);
