import { RulesDesk } from "@tapline/adapters/prisma";
import { defaultPlan, isOver, type ReleaseContent } from "@tapline/core/rollout";
import { defaultRules } from "@tapline/core/validation";
import { afterEach, beforeEach, expect, test } from "vitest";
import { archivedTaps, type Client, connectAs, deliverSurely, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import { controlReleases, ForkedGreen } from "./releases.fixture.ts";
import { forkWorker, type WorkerProcess } from "./worker-process.fixture.ts";

const act = { actor: { kind: "operator", id: "ada" }, reason: "to be seen", dryRun: false } as const;
const content: ReleaseContent = { service: "validation", version: "0.1.0", config: {}, rules: null };
const plan = { ...defaultPlan, steps: [50, 100], windowMs: 3_000, keepMs: 600_000, drainWithinMs: 3_000 };

let path: TestPath;
let blue: WorkerProcess;
let client: Client;
let green: ForkedGreen;
let control: ReturnType<typeof controlReleases>;
let seq: number;
let sent: number[];

beforeEach(async () => {
  path = await setUpPath();
  blue = await forkWorker(path, "ingest,buffer,validation,encryption,transfer");
  client = connectAs(path, "gate-1", blue.ingestPort);
  seq = 0;
  sent = [];
});
afterEach(async () => {
  await control.close();
  await client.close();
  if ((await green.look()).workloads.length > 1)
    await green.act({ kind: "retire", workload: { service: green.service, colour: "green" } });
  await blue.kill();
  await path.end();
});

/** Delivers ten taps at a time for as long as `isUnderWay` says. */
async function deliverWhile(isUnderWay: () => Promise<boolean>): Promise<void> {
  while (await isUnderWay()) {
    const taps = Array.from({ length: 10 }, () => submit(++seq, rawTap(path.trackers[0]!, seq)));
    const verdicts = await deliverSurely(client, 1, taps, 60_000);
    for (const [of, { verdict }] of verdicts) {
      expect([of, verdict]).toEqual([of, "archived"]);
      sent.push(of);
    }
  }
}

const phase = async (): Promise<string> =>
  (await control.desk.shifts({ limit: 1 }))[0]?.state.phase ?? "none";
const isUnderWay = async (): Promise<boolean> =>
  (await control.desk.open()).some(({ state }) => !isOver(state));

async function expectAllOnce(stage: "validation" | "encryption" = "validation"): Promise<void> {
  const found = (await archivedTaps(path)).map(({ trackerSeq }) => trackerSeq).toSorted((a, b) => a - b);
  expect(found).toEqual([...new Set(sent)].toSorted((a, b) => a - b));
  expect(await path.prisma.quarantinedTap.count()).toBe(0);
  expect((await control.shares.read())[stage]).toEqual({ greenPercent: 0, watch: null });
}

test("a release that refuses everything, and one that crashes: each is taken back by itself, and each tap is archived once", async () => {
  const rules = new RulesDesk(path.prisma, Date.now);
  await rules.makeFirst(defaultRules);
  const strict = await rules.release({ ...defaultRules, batteryPercent: { max: 1 } }, act);
  green = new ForkedGreen(path, "validation");
  control = controlReleases(path, green);
  const refusing = await control.desk.make({ ...content, rules: strict }, act);
  await control.desk.shift(refusing.id, act, plan);
  await deliverWhile(isUnderWay);
  const [first] = await control.desk.shifts({ limit: 1 });
  expect(first?.state).toMatchObject({
    phase: "rolled-back",
    step: 0,
    why: expect.stringContaining("refused: 100"),
  });
  await expectAllOnce();
  await control.close();

  // Whatever it takes, it dies of it.
  green = new ForkedGreen(path, "validation", (worker) => {
    void worker.holdAt("before:validation.run").then(() => worker.kill());
  });
  control = controlReleases(path, green);
  const crashing = await control.desk.make(content, act);
  await control.desk.shift(crashing.id, act, plan);
  await deliverWhile(isUnderWay);
  const [second] = await control.desk.shifts({ limit: 1 });
  expect(second?.state).toMatchObject({ phase: "rolled-back", step: 0 });
  expect(second?.state.why).toMatch(/fail|started again/);
  await expectAllOnce();
}, 240_000);

test("a release that writes other things than it should, and a slow one: each is taken back by itself, and nothing of it is archived", async () => {
  green = new ForkedGreen(
    path,
    "encryption",
    undefined,
    new URL("./corrupting-release.fixture.ts", import.meta.url),
  );
  control = controlReleases(path, green);
  const corrupting = await control.desk.make({ ...content, service: "encryption" }, act);
  await control.desk.shift(corrupting.id, act, plan);
  await deliverWhile(isUnderWay);
  const [first] = await control.desk.shifts({ limit: 1 });
  expect(first?.state).toMatchObject({ phase: "rolled-back", step: 0 });
  expect(first?.state.why).toContain("other results");
  await expectAllOnce("encryption");
  await control.close();

  green = new ForkedGreen(
    path,
    "validation",
    undefined,
    new URL("./slow-release.fixture.ts", import.meta.url),
  );
  control = controlReleases(path, green);
  const slow = await control.desk.make(content, act);
  await control.desk.shift(slow.id, act, plan);
  await deliverWhile(isUnderWay);
  const [second] = await control.desk.shifts({ limit: 1 });
  expect(second?.state).toMatchObject({ phase: "rolled-back" });
  expect(second?.state.why).toMatch(/takes longer|p99/);
  await expectAllOnce();
}, 240_000);

test("a sound release gets all, and a person gives everything back", async () => {
  green = new ForkedGreen(path, "validation");
  control = controlReleases(path, green);
  const sound = await control.desk.make(content, act);
  await control.desk.shift(sound.id, act, plan);
  await deliverWhile(async () => (await isUnderWay()) && (await phase()) !== "keeping");
  const [before] = await control.desk.shifts({ limit: 1 });
  expect(before?.state).toMatchObject({ phase: "keeping", step: 1 });
  expect((await control.shares.read()).validation.greenPercent).toBe(100);
  await control.desk.rollBack("validation", act);
  await until("blue has everything", async () => (await control.shares.read()).validation.greenPercent === 0);
  await deliverWhile(isUnderWay);
  expect(await phase()).toBe("rolled-back");
  await expectAllOnce();
  expect(control.faults).toEqual([]);
}, 240_000);
