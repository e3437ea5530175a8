import { localActuator } from "@tapline/adapters/local";
import { connectPrisma, type PrismaClient, ReleaseDesk } from "@tapline/adapters/prisma";
import { NoopsDesk, NoopsRulesDesk } from "@tapline/adapters/prisma/noops";
import {
  type Actuator,
  type ActuatorAct,
  type Decision,
  type DecisionState,
  noopsRulesFormat,
  parseNoopsRules,
  type Workload,
  type WorkloadName,
} from "@tapline/core/noops";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ownVersion } from "../../../../tools/local-stack/supervisor/find-program.ts";
import {
  startTestWorkers,
  type TestWorkers,
} from "../../../../tools/local-stack/supervisor/workers.fixture.ts";
import { until } from "../path.fixture.ts";

/** The role noops in a worker of its own, its supervisor, and what people do: all as `npm start` has them. */
let started: TestWorkers;
let prisma: PrismaClient;
let desk: NoopsDesk;
let actuator: Actuator;
let rulesVersion = 1_000;

const waitMs = 200_000;
const testMs = 600_000;
const by = { actor: { kind: "operator", id: "ada" }, reason: "a test" } as const;
const ingest = { service: "ingest", colour: "blue" } as const;
const validation = { service: "validation", colour: "blue" } as const;
const green = (service: string) => ({ service, colour: "green" }) as const;

const common = {
  ...{ per: "service", cooldownMs: 1_000, perHour: 10, owner: "ola", purpose: "a test" },
  runbook: "docs/noops.md#scale-up-on-wish",
};
const grow = (service: string) => ({
  ...{
    ...common,
    id: `grow-${service}`,
    only: [service],
    when: "service(target).wanted < 2.0",
    mode: "armed",
  },
  act: { kind: "scale", direction: "up", to: "one-more-or-less" },
});
const restartDoors = {
  ...{
    ...common,
    id: "restart-doors",
    only: ["ingest"],
    when: "service(target).ready > 3.0",
    mode: "approval",
  },
  act: { kind: "restart" },
};

beforeAll(async () => {
  started = await startTestWorkers();
  prisma = connectPrisma(started.environments.cli.DATABASE_URL ?? "");
  desk = new NoopsDesk(prisma, Date.now);
  actuator = localActuator(started.socket);
  await release();
}, testMs);
afterAll(async () => {
  await prisma?.$disconnect();
  await started?.close();
}, testMs);

/** Has only these rules in force. */
async function release(...rules: object[]): Promise<void> {
  rulesVersion += 1;
  const parsed = parseNoopsRules({ format: noopsRulesFormat, version: rulesVersion, rules });
  await new NoopsRulesDesk(prisma, Date.now).release(parsed, by);
}

const act = (asked: ActuatorAct) => actuator.act(asked, { fence: null, reason: "a person" });
const scale = (service: string, replicas: number) =>
  act({ kind: "scale", workload: { service, colour: "blue" }, replicas });
const place = (service: string) =>
  act({
    ...{ kind: "place", workload: green(service), replicas: 1 },
    release: { id: `${service}-1`, version: ownVersion(), config: { LOG_LEVEL: "warn" } },
  });

const workloadOf = async ({ service, colour }: WorkloadName) =>
  (await actuator.look()).workloads.find((one) => one.service === service && one.colour === colour);
const isSettled = ({ wanted, replicas }: Workload): boolean =>
  replicas.length === wanted && replicas.every(({ state }) => state === "ready");
const settled = (name: WorkloadName, replicas: number) =>
  until(
    `${name.service}/${name.colour} has ${replicas} replicas`,
    async () => {
      const workload = await workloadOf(name);
      return workload?.wanted === replicas && isSettled(workload) ? workload : null;
    },
    waitMs,
  );
const lives = ({ replicas }: Workload) =>
  replicas.map(({ name, startedAtEpochMs }) => `${name} ${startedAtEpochMs}`);

/** What runs, without what differs from life to life. */
async function picture() {
  const { workloads, shares } = await actuator.look();
  return {
    workloads: workloads
      .map(({ service, colour, release: of, wanted, replicas }) => ({
        ...{ service, colour, of, wanted },
        replicas: replicas
          .map(({ name, state, services }) => `${name} ${state}: ${services.join()}`)
          .toSorted(),
      }))
      .toSorted((a, b) => `${a.service}${a.colour}`.localeCompare(`${b.service}${b.colour}`)),
    shares: Object.entries(shares).map(([service, { greenPercent }]) => `${service} ${greenPercent}`),
  };
}
const isAsBefore = (before: Awaited<ReturnType<typeof picture>>) =>
  expect.poll(picture, { timeout: waitMs }).toEqual(before);

const decided = (ruleId: string, state: DecisionState, holds = (_: Decision) => true) =>
  until(
    `a decision of ${ruleId} is ${state}`,
    async () => (await desk.list({ states: [state], ruleId }, 50)).decisions.find(holds),
    waitMs,
  );

test("a scale that NoOps did is undone: afterwards runs what ran before", { timeout: testMs }, async () => {
  await settled(validation, 1);
  const before = await picture();
  await release(grow("validation"));
  const done = await decided("grow-validation", "done");
  await settled(validation, 2);
  expect(await picture()).not.toEqual(before);
  await desk.undo(done.id, by);
  await decided("grow-validation", "undone");
  await isAsBefore(before);
  await decided("grow-validation", "refused", ({ guards }) =>
    guards.some(({ says }) => says.includes("was undone")),
  );
  await release();
  await isAsBefore(before);
});

test("a shift that a rule began shares by its steps; undone, what ran before has all of it again", {
  timeout: testMs,
}, async () => {
  const before = await picture();
  const releases = new ReleaseDesk(prisma, Date.now);
  const content = {
    service: "ingest",
    version: ownVersion(),
    config: { LOG_LEVEL: "warn" },
    rules: null,
  } as const;
  const { id } = await releases.make(content, { ...by, dryRun: false });
  await release({
    ...{ ...common, id: "shift-at-any-hour", only: ["ingest"], mode: "armed", cooldownMs: 3_600_000 },
    ...{
      when: 'clock("UTC").minuteOfDay >= 0.0',
      act: { kind: "shift", release: id, steps: [40, 100], windowMs: 10_000 },
    },
  });
  const done = await decided("shift-at-any-hour", "done");
  const [shift] = await releases.open();
  expect(shift).toMatchObject({ release: id, base: null, startedBy: "rule/shift-at-any-hour" });
  expect(done.after).toEqual({ release: id, shift: shift?.id });
  // Nobody brings taps: there is no evidence by which it would go on.
  const shared = async () => (await actuator.look()).shares.ingest?.greenPercent === 40;
  await until("the release has its first share", shared, waitMs);
  expect((await settled(green("ingest"), 1)).release).toEqual(expect.anything());
  await desk.undo(done.id, by);
  await decided("shift-at-any-hour", "undone");
  await isAsBefore(before);
  const isOver = async () => (await releases.open()).length === 0;
  await until("the shift is over", isOver, waitMs);
  const [last] = await releases.shifts({ service: "ingest", limit: 1 });
  expect(last?.state.phase).toBe("rolled-back");
  await release();
});

test("a release that took the place of the installation's own gives it back", {
  timeout: testMs,
}, async () => {
  const before = await picture();
  await place("validation");
  await settled(green("validation"), 1);
  await act({ kind: "retire", workload: validation });
  const isGone = async () => (await workloadOf(validation)) === undefined;
  await until("the installation's own has ended", isGone, waitMs);
  await scale("validation", 1);
  await settled(validation, 1);
  await act({ kind: "retire", workload: green("validation") });
  await isAsBefore(before);
});

test("the kill switch halts what the supervisor has under way, and nothing is done until it is released", {
  timeout: testMs,
}, async () => {
  await scale("ingest", 4);
  const old = lives(await settled(ingest, 4));
  await release(restartDoors);
  await desk.approve((await decided("restart-doors", "waiting-approval")).id, by);
  await decided("restart-doors", "done");
  await desk.kill(by);
  await expect
    .poll(() => started.said.join("\n"), { timeout: waitMs })
    .toMatch(/halt: [1-3] processes are not replaced any more \(ada has pulled the kill switch\)/);
  const halted = lives(await settled(ingest, 4));
  expect(halted.filter((life) => old.includes(life)).length).toBeGreaterThan(0);
  const before = await picture();
  await release(grow("encryption"));
  const refused = await decided("grow-encryption", "refused", ({ times }) => times > 2);
  expect(refused.guards.find(({ passed }) => !passed)?.guard).toBe("kill-switch");
  expect(await picture()).toEqual(before);
  expect(lives(await settled(ingest, 4))).toEqual(halted);
  await desk.revive(by);
  await decided("grow-encryption", "done");
  await settled({ service: "encryption", colour: "blue" }, 2);
  expect(lives(await settled(ingest, 4))).toEqual(halted);
});
