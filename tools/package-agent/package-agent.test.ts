import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueHierarchy } from "@tapline/core/encryption";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { packageAgent } from "./package-agent.ts";

const makeTrackers = new URL("../../apps/nfc-agent/src/simulated-trackers.ts", import.meta.url).pathname;
let root = "";
let program = "";
let agent: ChildProcess | null = null;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "tapline-agent-package-"));
  const { path } = await packageAgent(join(root, "dist"));
  execFileSync("tar", ["-xzf", path, "-C", root]);
  program = join(root, "package/bin/tapline-agent.mjs");
}, 120_000);
afterAll(async () => {
  agent?.kill("SIGKILL");
  await rm(root, { recursive: true, force: true });
});

function run(args: string[], env: NodeJS.ProcessEnv = {}) {
  const data = { TAPLINE_AGENT_DATA_DIR: join(root, "data"), ...env };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    env: data,
    encoding: "utf8",
    cwd: root,
  });
  return { code: status, stdout, stderr };
}

/** An agent with an identity, whose server nobody is. */
const alone = () => ({
  TAPLINE_AGENT_INGEST_URL: "https://127.0.0.1:9",
  TAPLINE_AGENT_STREAM_URL: "https://127.0.0.1:9",
  TAPLINE_AGENT_API_PORT: "0",
  TAPLINE_AGENT_CA: join(root, "root.crt"),
  TAPLINE_AGENT_CERT: join(root, "agent-local.crt"),
  TAPLINE_AGENT_KEY: join(root, "agent-local.key"),
});

describe("the agent's package", { timeout: 120_000 }, () => {
  it("runs on Node alone, from anywhere", async () => {
    const { version } = JSON.parse(await readFile(join(root, "package/package.json"), "utf8"));
    expect(run(["version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
    expect(existsSync(join(root, "package/node_modules"))).toBe(false);
    expect(run(["status"])).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(/the agent does not run/),
    });
    expect(run(["outbox", "ls"]).code).toBe(0);
    expect(run(["run"])).toMatchObject({ code: 6, stderr: expect.stringMatching(/has no identity/) });
  });

  it("brings the unit of its service along", () => {
    const { code, stdout } = run(["install", "--root", join(root, "image")]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/done: write \/etc\/systemd/)]);
  });

  it("reads taps, keeps them, and says that nobody answers", async () => {
    const data = join(root, "running");
    const pki = await issueHierarchy({
      nowEpochMs: Date.now(),
      organisation: "Test",
      agents: ["local"],
      hosts: [],
    });
    for (const [name, file] of Object.entries(pki)) await writeFile(join(root, name), file.pem);
    execFileSync(process.execPath, [makeTrackers, "--out", join(root, "trackers.json"), "--count", "3"]);
    const env = {
      TAPLINE_AGENT_DATA_DIR: data,
      TAPLINE_AGENT_TRACKERS: join(root, "trackers.json"),
      ...alone(),
    };
    agent = spawn(process.execPath, [program, "run"], { env, stdio: "ignore" });
    await vi.waitFor(
      () => {
        const overview = JSON.parse(run(["status", "--json"], env).stdout);
        expect(overview).toMatchObject({ running: true, safeToSwitchOff: false, status: { paused: null } });
        expect(overview.troubles).toMatchObject([{ code: "link" }]);
      },
      { timeout: 60_000, interval: 200 },
    );
  });

  it("drives PC/SC from a process of its own, and says where no daemon answers", async () => {
    const env = {
      TAPLINE_AGENT_DATA_DIR: join(root, "pcsc"),
      TAPLINE_AGENT_READER_KIND: "pcsc",
      PCSCLITE_CSOCK_NAME: join(root, "nobody.comm"),
      ...alone(),
    };
    agent?.kill("SIGKILL");
    agent = spawn(process.execPath, [program, "run"], { env, stdio: "ignore" });
    await vi.waitFor(
      () => {
        const { troubles } = JSON.parse(run(["status", "--json"], env).stdout);
        expect(troubles.map(({ code }: { code: string }) => code)).toContain("pcsc");
      },
      { timeout: 60_000, interval: 200 },
    );
    expect(existsSync(join(root, "package/lib/agent/pcsc-child.mjs"))).toBe(true);
  });
});
