import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { IngestServer, issuePki, type Pki } from "../delivery/ingest-server.fixture.ts";
import { statusSchema } from "../status/index.ts";

const cli = new URL("./main.ts", import.meta.url).pathname;
const makeTrackers = new URL("../simulated-trackers.ts", import.meta.url).pathname;
const overviewSchema = z.object({
  running: z.boolean(),
  safeToSwitchOff: z.boolean(),
  outbox: z.object({ taps: z.int(), bytes: z.int(), oldestAgeMs: z.int() }),
  status: statusSchema.nullable(),
  troubles: z.array(z.object({ code: z.string(), text: z.string(), remedy: z.string().min(1) })),
});

let pki: Pki;
let server: IngestServer;
let root = "";
let env: NodeJS.ProcessEnv = {};
let agent: ChildProcess | null = null;
let log = "";

beforeAll(async () => {
  pki = await issuePki();
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tapline-agent-cli-"));
  for (const [name, file] of Object.entries(pki)) await writeFile(join(root, name), file.pem);
  execFileSync(process.execPath, [makeTrackers, "--out", join(root, "trackers.json"), "--count", "5"]);
  server = new IngestServer(pki);
  env = {
    PATH: "/usr/bin:/bin",
    TAPLINE_AGENT_DATA_DIR: root,
    TAPLINE_AGENT_API_PORT: "0",
    TAPLINE_AGENT_INGEST_URL: await server.listen(),
    TAPLINE_AGENT_CA: join(root, "trust.pem"),
    TAPLINE_AGENT_CERT: join(root, "agent-local.crt"),
    TAPLINE_AGENT_KEY: join(root, "agent-local.key"),
    TAPLINE_AGENT_RATE: "50",
  };
  log = "";
});
afterEach(async () => {
  await end("SIGKILL");
  await server.close().catch(() => {});
  await rm(root, { recursive: true, force: true });
});

function start(extra: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(process.execPath, [cli, "run"], {
    env: { ...env, ...extra },
    stdio: ["ignore", "ignore", "pipe"],
  });
  child.stderr?.on("data", (chunk) => {
    log += chunk;
  });
  agent = child;
  return child;
}

async function end(signal: NodeJS.Signals): Promise<void> {
  const child = agent;
  agent = null;
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, "exit");
}

function run(args: string[], extra: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    env: { ...env, ...extra },
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}

function overview(extra: NodeJS.ProcessEnv = {}) {
  const { code, stdout, stderr } = run(["status", "--json"], extra);
  return { code, ...overviewSchema.parse(JSON.parse(stdout || JSON.stringify(stderr))) };
}

/** The server is of this process, which stands still while a command runs: between two looks it gets as long as a look took. */
async function until<T>(check: () => T | Promise<T>): Promise<T> {
  const endMs = performance.now() + 60_000;
  for (;;) {
    const startedMs = performance.now();
    try {
      return await check();
    } catch (error) {
      if (startedMs > endMs) throw error;
    }
    await sleep(Math.max(100, performance.now() - startedMs));
  }
}

describe("tapline-agent", { timeout: 120_000 }, () => {
  it("says of a running agent that it is safe to switch off once all is archived, and lists its readers", async () => {
    start();
    const well = { agent: "local", link: { up: true }, readers: { ready: 4 } };
    await until(() =>
      expect(overview()).toMatchObject({ running: true, code: 0, troubles: [], status: well }),
    );
    const readers = run(["readers", "--json"]);
    expect(JSON.parse(readers.stdout)).toHaveLength(4);
    expect(run(["readers"]).stdout).toMatch(/simulated-1 +ready/);
    expect((await stat(join(root, "api.token"))).mode & 0o777).toBe(0o600);
    expect(run(["status"]).stdout).toMatch(/^Safe to switch this PC off\?/);
    expect(log).not.toContain((await readFile(join(root, "api.token"), "utf8")).trim());
  });

  it("says no while taps wait, running, stopped and killed, and lists them without changing anything", async () => {
    server.ledger.verdictOf = () => null;
    start();
    await until(() => expect(overview().outbox.taps).toBeGreaterThan(5));
    expect(overview()).toMatchObject({ running: true, safeToSwitchOff: false });
    expect(run(["status"]).stdout).toMatch(
      /^Safe to switch this PC off\? {2}No: \d+ taps wait for a receipt/,
    );
    await end("SIGKILL");
    const killed = overview();
    expect(killed).toMatchObject({ running: false, safeToSwitchOff: false, code: 4 });
    expect(killed.troubles[0]).toMatchObject({ code: "not-running" });
    const listing = JSON.parse(run(["outbox", "ls", "--json", "--pending"]).stdout);
    expect(listing.taps).toHaveLength(killed.outbox.taps);
    expect(listing.taps[0]).toMatchObject({
      seq: 1,
      state: "pending",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(run(["outbox", "ls"]).stdout).toMatch(/seq +reader +read at/);
    start();
    await until(() => expect(overview().running).toBe(true));
    expect(overview().outbox.taps).toBeGreaterThanOrEqual(killed.outbox.taps);
  });

  it("answers a reader who stops early, as `head` does, without a fault", () => {
    const piped = ["-c", '"$0" "$@" | true; exit "$PIPESTATUS"', process.execPath, cli, "version"];
    const { status, stderr } = spawnSync("bash", piped, {
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect([status, stderr]).toEqual([0, ""]);
  });

  it("stops cleanly within 4 s, and withdraws its address", async () => {
    start();
    await until(() => expect(overview().running).toBe(true));
    const started = performance.now();
    agent?.kill("SIGTERM");
    const [code] = await once(agent as ChildProcess, "exit");
    expect(code).toBe(0);
    expect(performance.now() - started).toBeLessThan(4000);
    await expect(readFile(join(root, "api.json"))).rejects.toThrow(/ENOENT/);
  });

  it.each<[string, NodeJS.ProcessEnv, number, RegExp]>([
    ["no identity", { TAPLINE_AGENT_CERT: "/none/agent.crt" }, 6, /has no identity/],
    ["no trackers", { TAPLINE_AGENT_TRACKERS: "/none.json" }, 3, /cannot be used: ENOENT/],
    ["an outbox that is no folder", { TAPLINE_AGENT_OUTBOX: cli }, 3, /cannot be used/],
  ])("ends with its code for %s, and status tells why it ended", async (_, extra, code, said) => {
    const [ended] = await once(start(extra), "exit");
    expect(ended).toBe(code);
    expect(log.trim().split("\n")).toHaveLength(1);
    expect(log).toMatch(said);
    const { running, troubles } = overview();
    expect(running).toBe(false);
    expect(troubles[1]).toMatchObject({ code: "ended", text: expect.stringMatching(said) });
    expect(log).toContain(JSON.stringify(troubles[1]?.remedy));
    start();
    await until(() => expect(overview().troubles.map((trouble) => trouble.code)).not.toContain("ended"));
  });

  it("names a damaged outbox, and changes nothing", async () => {
    start();
    await until(() => expect(overview().status?.totals.taps).toBeGreaterThan(5));
    await end("SIGTERM");
    const path = join(root, "outbox", "outbox-1.log");
    const bytes = await readFile(path);
    bytes[200]! ^= 1;
    await writeFile(path, bytes);
    expect(overview()).toMatchObject({ code: 5, safeToSwitchOff: false });
    const listed = run(["outbox", "ls"]);
    expect([listed.code, listed.stderr]).toEqual([5, expect.stringMatching(/damaged at byte/)]);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it("reads on where the API's port is taken, and says so", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as { port: number };
    start({ TAPLINE_AGENT_API_PORT: String(port) });
    await until(() => expect(log).toMatch(/cannot be served on port \d+: EADDRINUSE/));
    await until(() => expect(overview()).toMatchObject({ running: true, status: null, code: 1 }));
    expect(overview().troubles).toMatchObject([{ code: "api" }]);
    holder.close();
  });

  it.each([["bogus"], ["status", "--bogus"], ["outbox", "ls", "more"]])("refuses %j with 2", (...args) => {
    expect(run(args).code).toBe(2);
  });

  it("refuses settings that do not read with 3, and an agent that cannot be asked with 4", () => {
    expect(run(["status"], { TAPLINE_AGENT_API_PORT: "none" })).toMatchObject({ code: 3 });
    expect(run(["readers"])).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/tapline-agent status/),
    });
  });
});
