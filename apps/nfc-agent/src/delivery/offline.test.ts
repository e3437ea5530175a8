import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Outbox } from "../outbox/index.ts";
import { Rig } from "./delivery-rig.fixture.ts";

const taps = 200_000;
const tapBytes = 64;
/** A tap that waits costs its place on disk and its numbers in queues, about 250 bytes, whatever its size. */
const heapMb = 192;
/** The heap, and beside it the runtime, buffers under way and what the collector has not given back yet. */
const maxRssBytes = 500e6;

const path = (name: string) => new URL(name, import.meta.url).pathname;

let rig: Rig;
let agent: ChildProcess | null = null;

beforeEach(async () => {
  rig = await Rig.open();
});
afterEach(async () => {
  agent?.kill("SIGKILL");
  await rig.close();
});

async function fillOutbox(dir: string): Promise<void> {
  const onFailure = (error: unknown) => {
    throw error;
  };
  const outbox = await Outbox.open({ dir, maxBytes: 256 << 20, now: Date.now, onFailure });
  const read = { reader: "r1", readAtEpochMs: Date.now(), raw: Buffer.alloc(tapBytes, 7) };
  for (let at = 0; at < taps; at += 5000)
    await Promise.all(Array.from({ length: 5000 }, () => outbox.append(read)));
  await outbox.close();
}

async function startAgent(): Promise<{ child: ChildProcess; status: () => Record<string, unknown> }> {
  for (const [name, { pem }] of Object.entries(rig.pki)) await writeFile(join(rig.root, name), pem);
  execFileSync(process.execPath, [
    path("../simulated-trackers.ts"),
    ...["--out", join(rig.root, "trackers.json"), "--count", "5"],
  ]);
  const child = fork(path("../main.ts"), [], {
    env: {
      TAPLINE_AGENT_DATA_DIR: rig.root,
      TAPLINE_AGENT_OUTBOX: join(rig.root, "full"),
      TAPLINE_AGENT_API_PORT: "off",
      TAPLINE_AGENT_STREAM_URL: rig.streamUrl,
      TAPLINE_AGENT_LINK: "grpc",
      TAPLINE_AGENT_CA: join(rig.root, "root.crt"),
      TAPLINE_AGENT_CERT: join(rig.root, "agent-local.crt"),
      TAPLINE_AGENT_KEY: join(rig.root, "agent-local.key"),
      TAPLINE_AGENT_TAPS: "100",
    },
    execArgv: [`--max-old-space-size=${heapMb}`],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  let status: Record<string, unknown> = {};
  child.on("message", (message: { type: string; agent: Record<string, unknown> }) => {
    if (message.type === "status") status = message.agent;
  });
  return { child, status: () => status };
}

it.skipIf(process.platform !== "linux")(
  "delivers in order, in bounded memory, what gathered while the server was away for long",
  async () => {
    await fillOutbox(join(rig.root, "full"));
    // No more may be under way than was granted, however much waits.
    rig.stream.credits = 5000;
    const startedMs = performance.now();
    const { child, status } = await startAgent();
    agent = child;
    await rig.until(() => expect(status().done).toBe(true), 150_000);
    const tookS = (performance.now() - startedMs) / 1000;
    const highest = /VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${child.pid}/status`, "utf8"));
    const rssBytes = Number(highest?.[1]) * 1024;
    process.stderr.write(
      `[offline] ${Math.round(rssBytes / 1e6)} MB at most, ${Math.round(taps / tookS)} taps/s\n`,
    );
    expect(rig.ledger.order).toHaveLength(taps + 100);
    expect(rig.ledger.disorder).toEqual([]);
    expect(rig.ledger.conflicts).toEqual([]);
    expect(rig.stream.sessions.map(({ overdrawn }) => overdrawn)).toEqual([0]);
    expect(rssBytes).toBeLessThan(maxRssBytes);
  },
  200_000,
);
