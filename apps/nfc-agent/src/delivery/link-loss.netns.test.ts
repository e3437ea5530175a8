import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { issuePki } from "./ingest-server.fixture.ts";
import { TwoNetworks } from "./two-networks.fixture.ts";

const path = (name: string) => new URL(name, import.meta.url).pathname;
const ip = inject("ip");
const lossMs = 60_000;
const tapsPerSecond = 40;
const taps = 3000;

type Message = { type: string; [key: string]: unknown };
type Run = { child: ChildProcess; messages: Message[]; log: string };

let networks: TwoNetworks;
let root = "";
const runs: Run[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tapline-netns-"));
  networks = new TwoNetworks(ip ?? "ip");
});
afterEach(async () => {
  for (const { child } of runs.splice(0)) child.kill("SIGKILL");
  networks.close();
  await rm(root, { recursive: true, force: true });
});

function start(namespace: string, args: readonly string[], env: Record<string, string>): Run {
  const [program, all] = networks.within(namespace, [process.execPath, ...args]);
  const child = spawn(program, all, { env, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const run: Run = { child, messages: [], log: "" };
  runs.push(run);
  for (const output of [child.stdout, child.stderr])
    output?.on("data", (chunk) => {
      run.log += chunk;
    });
  child.on("message", (message) => run.messages.push(message as Message));
  return run;
}

async function heard(run: Run, type: string, timeoutMs = 60_000): Promise<Message> {
  return vi.waitFor(
    () => {
      const found = run.messages.findLast((message) => message.type === type);
      if (found === undefined) throw new Error(`no ${type} yet; ${run.log}`);
      return found;
    },
    { timeout: timeoutMs, interval: 50 },
  );
}

async function startBoth(): Promise<{ server: Run; agent: Run }> {
  const pki = await issuePki([networks.serverAddress]);
  await writeFile(join(root, "pki.json"), JSON.stringify(pki), { mode: 0o600 });
  for (const [name, { pem }] of Object.entries(pki)) await writeFile(join(root, name), pem, { mode: 0o600 });
  execFileSync(process.execPath, [
    path("../simulated-trackers.ts"),
    ...["--out", join(root, "trackers.json"), "--count", "5"],
  ]);
  networks.open();
  const server = start(
    networks.server,
    [path("./test-server.fixture.ts"), join(root, "pki.json"), networks.serverAddress],
    {},
  );
  const { restUrl, streamUrl } = await heard(server, "ready");
  const agent = start(networks.agent, [path("../main.ts")], {
    TAPLINE_AGENT_DATA_DIR: root,
    TAPLINE_AGENT_API_PORT: "off",
    TAPLINE_AGENT_INGEST_URL: String(restUrl),
    TAPLINE_AGENT_STREAM_URL: String(streamUrl),
    TAPLINE_AGENT_CA: join(root, "root.crt"),
    TAPLINE_AGENT_CERT: join(root, "agent-local.crt"),
    TAPLINE_AGENT_KEY: join(root, "agent-local.key"),
    TAPLINE_AGENT_TAPS: String(taps),
    TAPLINE_AGENT_RATE: String(tapsPerSecond),
  });
  return { server, agent };
}

describe.skipIf(ip === null)("a link on which every packet is dropped", () => {
  it("for 60 s loses no tap, neither at the moment of loss nor later", async () => {
    const { server, agent } = await startBoth();
    const status = () =>
      agent.messages.findLast(({ type }) => type === "status")?.agent as Record<string, unknown>;
    await vi.waitFor(() => expect(status()?.archived).toBeGreaterThan(2 * tapsPerSecond), {
      timeout: 60_000,
    });
    networks.drop();
    const droppedMs = performance.now();
    // Found by the stream's PINGs, long before TCP gives up.
    await vi.waitFor(() => expect(status()?.connected).toBe(false), { timeout: 40_000, interval: 50 });
    const foundMs = performance.now() - droppedMs;
    await sleep(lossMs - foundMs);
    const during = status();
    networks.restore();
    await vi.waitFor(() => expect(status()?.done).toBe(true), { timeout: 120_000, interval: 100 });
    server.child.send("tell");
    const taken = await heard(server, "taken");
    expect(taken).toMatchObject({ taps, holes: [], disorder: [], conflicts: [] });
    expect(status()).toMatchObject({ taps, pending: 0, archived: taps });
    expect(Number(during?.pending)).toBeGreaterThan((tapsPerSecond * lossMs) / 1000 / 2);
    expect(foundMs).toBeLessThan(30_000);
    process.stderr.write(`[netns] loss was found after ${Math.round(foundMs / 1000)} s\n`);
  }, 300_000);
});
