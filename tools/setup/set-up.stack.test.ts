import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { processesOf } from "../local-stack/stack.fixture.ts";
import { temporaryFolder } from "../test-servers/index.ts";
import {
  buildingFile,
  filesOfMany,
  holdFile,
  type Launched,
  makeClone,
  npmStart,
  start,
} from "./clone.fixture.ts";

/** A busy machine takes long for all of it: the limits are for what never comes. */
const testMs = 400_000;
const goneWithinMs = 120_000;

let pattern: string;
let clone: string;
let launched: Launched[];

function track(one: Launched): Launched {
  launched.push(one);
  return one;
}

beforeAll(async () => {
  pattern = await makeClone();
}, testMs);

beforeEach(async () => {
  clone = join(await temporaryFolder(), "clone");
  await cp(pattern, clone, { recursive: true });
  launched = [];
});

afterEach(async () => {
  for (const { child } of launched) child.kill("SIGKILL");
  for (const pid of await processesOf(clone)) killIfThere(pid);
});

/** What was found a moment ago may have ended since. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

const unpacked = () => {
  const folder = join(clone, "node_modules/many/bin");
  return existsSync(folder) ? readdirSync(folder).length : 0;
};

const isBuilding = () => existsSync(join(clone, buildingFile));

/** Moments of a set-up, each told by what lies on disk. */
const moments: Record<string, () => boolean> = {
  "before npm has written anything": () => existsSync(join(clone, "node_modules/.tapline-installing")),
  "while npm unpacks": () => unpacked() > 100 && unpacked() < filesOfMany,
  "while the console is built": isBuilding,
};

/** Has each set-up stay where it builds the console, until `goOn`: a busy machine looks late. */
const hold = () => writeFileSync(join(clone, holdFile), "");

function goOn(): void {
  for (const file of [holdFile, buildingFile]) rmSync(join(clone, file), { force: true });
}

/** @returns false where the moment was over before anybody looked */
async function isReached(moment: string): Promise<boolean> {
  for (;;) {
    if (moments[moment]?.()) return true;
    if (isBuilding()) return false;
    await sleep(2);
  }
}

/** Breaks off a held set-up in that moment; begins anew where a busy machine looked too late. */
async function brokenOff(moment: string, signal: NodeJS.Signals): Promise<Launched> {
  for (;;) {
    const one = track(start(clone));
    const isInTime = await isReached(moment);
    one.child.kill(isInTime ? signal : "SIGTERM");
    await one.ended;
    if (isInTime) return one;
    for (const folder of ["node_modules", buildingFile])
      rmSync(join(clone, folder), { recursive: true, force: true });
  }
}

/** Nothing of the clone runs any more, or soon: what was killed takes a moment to go. */
async function expectNoProcess(): Promise<void> {
  await expect.poll(() => processesOf(clone), { timeout: goneWithinMs }).toEqual([]);
}

async function expectStart(): Promise<void> {
  const next = track(start(clone));
  await next.printed(`stack runs on ${filesOfMany}`);
  expect(existsSync(join(clone, "built"))).toBe(true);
  next.child.kill("SIGTERM");
  expect(await next.ended).toBe(0);
  expect(next.output()).toContain("stack ends");
  await expectNoProcess();
}

describe("a set-up that is broken off", () => {
  it.each([
    { moment: "before npm has written anything", signal: "SIGINT", code: 130 },
    { moment: "while npm unpacks", signal: "SIGTERM", code: 143 },
    { moment: "while the console is built", signal: "SIGTERM", code: 143 },
  ] as const)(
    "by $signal $moment leaves no process behind, and is done anew",
    async (broken) => {
      hold();
      const first = await brokenOff(broken.moment, broken.signal);
      expect(await first.ended).toBe(broken.code);
      expect(first.output()).toContain(`broken off by ${broken.signal}`);
      await expectNoProcess();
      expect(existsSync(join(clone, "built"))).toBe(false);
      goOn();
      await expectStart();
    },
    testMs,
  );

  it.each(["while npm unpacks", "while the console is built"])(
    "by kill -9 %s is ended and done anew by the next one",
    async (moment) => {
      hold();
      await brokenOff(moment, "SIGKILL");
      // What it has left behind goes on building: were it not ended, it would run to this day.
      rmSync(join(clone, buildingFile), { force: true });
      const next = track(start(clone));
      await expect.poll(isBuilding, { timeout: goneWithinMs }).toBe(true);
      next.child.kill("SIGTERM");
      await next.ended;
      await expectNoProcess();
      goOn();
      await expectStart();
    },
    testMs,
  );
});

it(
  "installs all anew over what a broken off npm left, though npm itself would take it for whole",
  async () => {
    await expectStart();
    const files = readdirSync(join(clone, "node_modules/many/bin"));
    for (const file of files.slice(100)) rmSync(join(clone, "node_modules/many/bin", file));
    writeFileSync(join(clone, "node_modules/.tapline-installing"), "");
    await expectStart();
    expect(existsSync(join(clone, "node_modules/.tapline-installing"))).toBe(false);
  },
  testMs,
);

it(
  "waits for another set-up of the same clone, and says so",
  async () => {
    const [one, two] = [track(start(clone)), track(start(clone))];
    await Promise.all([one, two].map(({ printed }) => printed(`stack runs on ${filesOfMany}`)));
    const waited = [one, two].filter(({ output }) => output().includes("waiting for another set-up"));
    expect(waited).toHaveLength(1);
    expect(waited[0]?.output()).toMatch(/process \d+/);
    expect(readdirSync(clone).filter((name) => name.includes("lock"))).toEqual(["package-lock.json"]);
  },
  testMs,
);

it.each(["SIGINT", "SIGTERM"] as const)(
  "npm hands %s on to what runs",
  async (signal) => {
    const stack = track(npmStart(clone));
    await stack.printed(`stack runs on ${filesOfMany}`);
    stack.child.kill(signal);
    await stack.printed("stack ends");
    await expectNoProcess();
  },
  testMs,
);

it(
  "npm that is killed takes its set-up with it",
  async () => {
    hold();
    const stack = track(npmStart(clone));
    await expect.poll(isBuilding, { timeout: goneWithinMs }).toBe(true);
    stack.child.kill("SIGKILL");
    await expectNoProcess();
    goOn();
    await expectStart();
  },
  testMs,
);
