import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { processesOf } from "../local-stack/stack.fixture.ts";
import { temporaryFolder } from "../test-servers/index.ts";
import { filesOfMany, type Launched, makeClone, npmStart, start } from "./clone.fixture.ts";

let pattern: string;
let clone: string;
let launched: Launched[];

function track(one: Launched): Launched {
  launched.push(one);
  return one;
}

beforeAll(async () => {
  pattern = await makeClone();
}, 60_000);

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

/** Moments of a set-up, each told by what lies on disk or runs. */
const moments: Record<string, () => Promise<boolean> | boolean> = {
  "before npm has written anything": () => existsSync(join(clone, "node_modules/.tapline-installing")),
  "while npm unpacks": () => unpacked() > 100 && unpacked() < filesOfMany,
  "while the console is built": async () => (await processesOf(clone, "writeFileSync")).length > 0,
};

async function reach(moment: string): Promise<void> {
  const isThere = moments[moment];
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 2) {
    if (await isThere?.()) return;
    await sleep(2);
  }
  throw new Error(`the set-up was never there: ${moment}`);
}

async function expectStart(): Promise<void> {
  const next = track(start(clone));
  await next.printed(`stack runs on ${filesOfMany}`);
  expect(existsSync(join(clone, "built"))).toBe(true);
  next.child.kill("SIGTERM");
  expect(await next.ended).toBe(0);
  expect(next.output()).toContain("stack ends");
  expect(await processesOf(clone)).toEqual([]);
}

describe("a set-up that is broken off", () => {
  it.each([
    { moment: "before npm has written anything", signal: "SIGINT", code: 130 },
    { moment: "while npm unpacks", signal: "SIGTERM", code: 143 },
    { moment: "while the console is built", signal: "SIGTERM", code: 143 },
  ] as const)(
    "by $signal $moment leaves no process behind, and is done anew",
    async (broken) => {
      const first = track(start(clone));
      await reach(broken.moment);
      first.child.kill(broken.signal);
      expect(await first.ended).toBe(broken.code);
      expect(first.output()).toContain(`broken off by ${broken.signal}`);
      expect(await processesOf(clone)).toEqual([]);
      expect(existsSync(join(clone, "built"))).toBe(false);
      await expectStart();
    },
    60_000,
  );

  it.each(["while npm unpacks", "while the console is built"])(
    "by kill -9 %s is ended and done anew by the next one",
    async (moment) => {
      const first = track(start(clone));
      await reach(moment);
      first.child.kill("SIGKILL");
      await first.ended;
      await expectStart();
    },
    60_000,
  );
});

it("installs all anew over what a broken off npm left, though npm itself would take it for whole", async () => {
  await expectStart();
  const files = readdirSync(join(clone, "node_modules/many/bin"));
  for (const file of files.slice(100)) rmSync(join(clone, "node_modules/many/bin", file));
  writeFileSync(join(clone, "node_modules/.tapline-installing"), "");
  await expectStart();
  expect(existsSync(join(clone, "node_modules/.tapline-installing"))).toBe(false);
}, 60_000);

it("waits for another set-up of the same clone, and says so", async () => {
  const [one, two] = [track(start(clone)), track(start(clone))];
  await Promise.all([one, two].map(({ printed }) => printed(`stack runs on ${filesOfMany}`)));
  const waited = [one, two].filter(({ output }) => output().includes("waiting for another set-up"));
  expect(waited).toHaveLength(1);
  expect(waited[0]?.output()).toMatch(/process \d+/);
  expect(readdirSync(clone).filter((name) => name.includes("lock"))).toEqual(["package-lock.json"]);
}, 60_000);

it.each(["SIGINT", "SIGTERM"] as const)(
  "npm hands %s on to what runs",
  async (signal) => {
    const stack = track(npmStart(clone));
    await stack.printed(`stack runs on ${filesOfMany}`);
    stack.child.kill(signal);
    await stack.printed("stack ends");
    await expect.poll(() => processesOf(clone), { timeout: 3_000 }).toEqual([]);
  },
  60_000,
);

it("npm that is killed takes its set-up with it", async () => {
  const stack = track(npmStart(clone));
  await reach("while the console is built");
  stack.child.kill("SIGKILL");
  await expect.poll(() => processesOf(clone), { timeout: 6_000 }).toEqual([]);
  await expectStart();
}, 60_000);
