import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Alert } from "@tapline/core/alerts";
import { hasCode, seededRandom } from "@tapline/core/kernel";
import { runCommand } from "../../../tools/servers/index.ts";
import { type Installation, makeTrackers, startInstallation } from "../../installation/index.ts";
import { quantile } from "../../report.ts";
import { startConsole } from "../../site/start-console.ts";
import type { Drill, DrillOptions, DrillResult } from "../drill.ts";
import { compareWithArchive } from "../yard/compare-with-archive.ts";
import { Flow } from "../yard/flow.ts";
import { Person } from "./console.ts";
import { judgeRecord, judgeStanding } from "./judge.ts";
import { type FloodPlan, planFlood } from "./plan.ts";
import { FloodRecord, type Standing } from "./record.ts";
import { floodRules } from "./rules.ts";
import { Trouble } from "./trouble.ts";

const flowOptions = { readers: 4, tapsPerSecond: 10 };
const withinMs = 180_000;
const lookEveryMs = 250;

/** Where a flood comes about, and who looks at it. */
type Scene = {
  readonly installation: Installation;
  readonly plan: FloodPlan;
  readonly flow: Flow;
  readonly trouble: Trouble;
  readonly record: FloodRecord;
  readonly person: Person;
  readonly say: DrillOptions["say"];
};

/** Thousands of breaches at one moment while taps flow. */
export const flood: Drill = {
  name: "flood",
  about:
    "as many breaches at one moment: an alert for each, a console that answers, and all over when they are",
  usualTimes: 10_000,
  run: async (options) => {
    const trackers = await makeTrackers();
    const installation = await startInstallation({
      ...{ trackers: trackers.enrolled, unsigned: "refuse", beforeRemoval: trackers.remove },
    });
    const random = seededRandom(options.seed);
    const plan = planFlood(options.times, random);
    const flow = new Flow(installation, trackers.file, flowOptions, random);
    const trouble = new Trouble(installation, plan);
    const record = await FloodRecord.open(installation.databaseUrl);
    try {
      const { DATABASE_URL = "", REDIS_URL = "" } = installation.tlsEnvironment;
      const stores = { dir: installation.dir, servicesUrl: DATABASE_URL, redisUrl: REDIS_URL };
      const console = await startConsole(stores);
      try {
        const person = await Person.at(console);
        return await bringAbout(
          { installation, plan, flow, trouble, record, person, say: options.say },
          options,
        );
      } finally {
        await console.stop();
      }
    } finally {
      await flow.kill();
      await Promise.all([trouble.close(), record.close()]);
      await installation.stop();
    }
  },
};

async function bringAbout(scene: Scene, { times }: DrillOptions): Promise<DrillResult> {
  const { installation, plan, flow, trouble, record, person, say } = scene;
  await trouble.settle(installation.databaseUrl);
  const rulesFile = join(installation.dir, "flood-rules.json");
  await writeFile(rulesFile, JSON.stringify(floodRules(plan)));
  await tapline(installation, "alerts", "apply", rulesFile, "--reason", "a drill", "--yes");
  await flow.start();
  await until(record, "the watch does not know the fleet", ({ active }) => active === 1);
  const beganAt = performance.now();
  const seconds = (): string => `${((performance.now() - beganAt) / 1_000).toFixed(1)} s`;
  say(`${times} breaches at once`);
  await trouble.begin();
  const [acknowledged] = await Promise.all([actAmid(person), allRaised(scene)]);
  say(`${plan.expected.size} alerts after ${seconds()}; one was acknowledged amid them`);
  const wrong = judgeStanding(await person.lookThrough(), plan);
  say(`the console answered ${person.answeredMs.length} times: ${latenciesOf(person)}`);
  await trouble.end();
  await until(record, "alerts stay active though all is over", ({ active }) => active === 0);
  say(`all over after ${seconds()}`);
  await until(
    record,
    "not all is told, or has its place in the log",
    (now) => now.untold + now.unplaced === 0,
  );
  say(`all told after ${seconds()}`);
  const recorded = await record.alerts();
  wrong.push(...judgeRecord(recorded, plan));
  const seen = recorded.find(({ alert }) => alert.id === acknowledged.id);
  if (seen?.actions.includes("alert.acknowledged") !== true || seen.alert.state !== "normal")
    wrong.push(`the alert that was acknowledged is ${seen?.alert.state ?? "gone"}`);
  const result = await compareWithArchive({ installation, flow }, await flow.settle(withinMs));
  say(await tapline(installation, "audit", "verify", "--full"));
  return { faults: times, ...result, faultsFound: [...wrong, ...result.faultsFound] };
}

/** As soon as an alert is to be seen, a person acknowledges it while others come. */
async function actAmid(person: Person): Promise<Alert> {
  for (const endsAtMs = Date.now() + withinMs; Date.now() < endsAtMs; await sleep(lookEveryMs)) {
    const calling = (await person.look()).find(({ state }) => state === "active-unacknowledged");
    if (calling === undefined) continue;
    try {
      return await person.acknowledge(calling);
    } catch (error) {
      // Suppressed meanwhile, say: then another one.
      if (!hasCode(error, "conflict")) throw error;
    }
  }
  throw new Error("the console showed no alert that calls");
}

/** Waits until each breach has its alert, while a person looks at the list. */
async function allRaised({ plan: { expected }, record, person }: Scene): Promise<void> {
  const suppressed = [...expected.values()].filter(Boolean).length;
  await until(record, "breaches are without alerts", async (now) => {
    await person.look();
    return now.active >= expected.size && now.suppressed === suppressed;
  });
}

async function until(
  record: FloodRecord,
  otherwise: string,
  is: (standing: Standing) => boolean | Promise<boolean>,
): Promise<void> {
  const endsAtMs = Date.now() + withinMs;
  for (;;) {
    const standing = await record.standing();
    if (await is(standing)) return;
    if (Date.now() > endsAtMs)
      throw new Error(`${otherwise} after ${withinMs / 1_000} s: ${JSON.stringify(standing)}`);
    await sleep(lookEveryMs);
  }
}

function latenciesOf({ answeredMs }: Person): string {
  const [half, most] = [0.5, 1].map((share) => Math.round(quantile(answeredMs, share)));
  return `half of it within ${half} ms, all within ${most} ms`;
}

/** Runs the operators' command. @returns what it said */
async function tapline({ tlsEnvironment }: Installation, ...args: readonly string[]): Promise<string> {
  const cli = new URL("../../../apps/worker/src/cli/main.ts", import.meta.url).pathname;
  return (await runCommand(process.execPath, [cli, ...args], { env: tlsEnvironment })).trim();
}
