import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder, testEnvironment } from "../test-servers/index.ts";
import { type LaunchedStack, launchStack, processesOf } from "./stack.fixture.ts";

const startTimeoutMs = 90_000;
let dataDir: string;
let launched: LaunchedStack[];

function launch(...args: string[]): LaunchedStack {
  const stack = launchStack(dataDir, args);
  launched.push(stack);
  return stack;
}

/** Rotates the archive's key as people do. @returns the path of its new certificate */
async function rotateArchiveKey(): Promise<string> {
  const tapline = join(import.meta.dirname, "../../apps/worker/bin/tapline.mjs");
  const args = [tapline, "key", "rotate", "--by", "ann", "--reason", "a test", "--yes"];
  const env = { ...testEnvironment(), TAPLINE_DATA_DIR: dataDir };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  const [, pair = ""] = /the new private key is (\S+)\.key:/.exec(stdout) ?? [];
  return `${pair}.crt`;
}

/** What `tapline status` says of the stack. */
function taplineStatus(): Promise<{ code: number; out: string }> {
  const tapline = join(import.meta.dirname, "../../apps/worker/bin/tapline.mjs");
  const env = { ...testEnvironment(), TAPLINE_DATA_DIR: dataDir };
  return new Promise((resolve) => {
    execFile(process.execPath, [tapline, "status"], { env }, (error, out) =>
      resolve({ code: error === null ? 0 : Number(error.code), out }),
    );
  });
}

/** Those of `pids` whose environment names `text`. */
async function namedIn(pids: readonly number[], text: string): Promise<number[]> {
  const environments = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, "latin1")));
  return pids.filter((_, i) => environments[i]?.includes(`TAPLINE_RECIPIENTS=${text},`) === true);
}

async function noneLeft(withinMs: number): Promise<void> {
  await expect.poll(() => processesOf(dataDir), { timeout: withinMs, interval: 200 }).toEqual([]);
}

beforeEach(async () => {
  dataDir = `${await temporaryFolder()}/.tapline`;
  launched = [];
});

afterEach(async () => {
  for (const { child } of launched) child.kill("SIGKILL");
  await noneLeft(15_000);
});

describe("npm start", () => {
  it("heals a killed child, keeps a second instance out, and ends within 5 s on Ctrl-C", async () => {
    const stack = launch();
    await stack.printed("Stop      Ctrl-C", startTimeoutMs);
    const text = stack.stdout();
    const consoleUrl = /Console\s+(\S+)/.exec(text)?.[1] ?? "";
    expect(text).toMatch(/Password\s+\S{20}/);
    await stack.printed("restore it by: sh", 30_000);
    expect((await fetch(consoleUrl)).status).toBeLessThan(500);

    const second = launch();
    expect(await second.ended).toBe(1);
    expect(second.stderr()).toContain(`process ${stack.child.pid}, console at ${consoleUrl}`);

    for (const part of ["redis-server", "apps/worker/src/main.ts"]) {
      const [pid] = await processesOf(dataDir, part);
      process.kill(pid!, "SIGKILL");
    }
    await stack.printed("Redis runs again", 30_000);
    await expect.poll(() => stack.stdout(), { timeout: 30_000 }).toMatch(/worker-\w+ runs again/);

    const rotated = await rotateArchiveKey();

    const startedMs = Date.now();
    stack.child.kill("SIGINT");
    expect(await stack.ended).toBe(0);
    expect(Date.now() - startedMs).toBeLessThan(5_500);
    await noneLeft(10_000);

    const again = launch();
    await again.printed("Stop      Ctrl-C", startTimeoutMs);
    expect(again.stdout()).not.toContain("Password");
    const [pipeline] = await processesOf(dataDir, "apps/worker/src/main.ts").then((pids) =>
      namedIn(pids, rotated),
    );
    expect(pipeline, "a worker that is told the newest certificate").toBeDefined();
    expect(/ready in ([\d.]+) s/.exec(again.stdout())?.[1]).toSatisfy((seconds) => Number(seconds) < 20);
    again.child.kill("SIGTERM");
    expect(await again.ended).toBe(0);
  }, 240_000);

  it("names an archive that takes connections and never answers, until it answers again", async () => {
    const stack = launch();
    await stack.printed("restore it by: sh", startTimeoutMs);
    expect(stack.stdout()).not.toContain("not answering");
    const [archive] = await processesOf(dataDir, "archive-server");
    process.kill(archive!, "SIGSTOP");
    await stack.printed("archive main not answering since", 60_000);
    const told = await taplineStatus();
    expect(told.code).toBe(1);
    expect(told.out).toMatch(/^archive main +does not answer since [\d:]{8} \(\d+ \w+\): \w+/m);
    process.kill(archive!, "SIGCONT");
    const lastLine = () => stack.stdout().trim().split("\n").at(-1);
    await expect.poll(lastLine, { timeout: 60_000 }).toMatch(/^\S+ taps in/);
    stack.child.kill("SIGINT");
    expect(await stack.ended).toBe(0);
  }, 240_000);

  it("says that an agent is silent and its figures are the last, until it is heard again", async () => {
    const stack = launch();
    await stack.printed("taps in", startTimeoutMs);
    const [agent] = await processesOf(dataDir, "nfc-agent");
    process.kill(agent!, "SIGSTOP");
    await stack.printed("its last figures", 60_000);
    process.kill(agent!, "SIGCONT");
    const lastLine = () => stack.stdout().trim().split("\n").at(-1);
    await expect.poll(lastLine, { timeout: 60_000 }).toMatch(/^\S+ taps in/);
    stack.child.kill("SIGINT");
    expect(await stack.ended).toBe(0);
  }, 240_000);

  it("leaves no process behind when it is killed, and starts again on what it left", async () => {
    const stack = launch("--once", "--taps", "100000", "--rate", "200");
    await expect.poll(() => processesOf(dataDir, "nfc-agent"), { timeout: startTimeoutMs }).toHaveLength(1);
    await sleep(1_000);
    stack.child.kill("SIGKILL");
    await noneLeft(12_000);
    const again = launch("--once", "--taps", "20");
    expect(await again.ended, again.stderr()).toBe(0);
    expect(JSON.parse(again.stdout().trim().split("\n").at(-1) ?? "")).toMatchObject({ taps: 20 });
  }, 180_000);

  it("ends at once on a second Ctrl-C", async () => {
    const stack = launch("--once", "--taps", "100000", "--rate", "50");
    await expect.poll(() => processesOf(dataDir, "nfc-agent"), { timeout: startTimeoutMs }).toHaveLength(1);
    stack.child.kill("SIGINT");
    await sleep(900);
    stack.child.kill("SIGINT");
    expect([1, 130]).toContain(await stack.ended);
    await noneLeft(3_000);
  }, 120_000);
});

describe("npm start refuses in one sentence and leaves all as it was", () => {
  it("a port that is asked for and taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const stack = launch("--web-port", String(port));
    expect(await stack.ended).toBe(1);
    expect(stack.stderr().trim()).toMatch(
      new RegExp(`^Tapline: port ${port}, asked for by --web-port, is in use .*\\)$`),
    );
    server.close();
  });

  it("a flag that it does not know", async () => {
    const stack = launch("--wat");
    expect(await stack.ended).toBe(1);
    expect(stack.stderr().trim().split("\n")).toHaveLength(1);
  });
});
