import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { IngestServer, issuePki, type Pki } from "./delivery/ingest-server.fixture.ts";

const main = new URL("./main.ts", import.meta.url).pathname;
const cli = new URL("./simulated-trackers.ts", import.meta.url).pathname;
const statusSchema = z.object({
  taps: z.number(),
  pending: z.number(),
  archived: z.number(),
  duplicates: z.number(),
  rejected: z.number(),
  oldestPendingAgeMs: z.number(),
  connected: z.boolean(),
  segments: z.number(),
  paused: z.string().nullable(),
  done: z.boolean(),
});
type Status = z.infer<typeof statusSchema>;
const messageSchema = z.union([
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("status"), agent: statusSchema }),
]);

let pki: Pki;
let root = "";
let server: IngestServer;
let env: Record<string, string> = {};
const children: ChildProcess[] = [];

beforeAll(async () => {
  pki = await issuePki();
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tapline-agent-"));
  for (const [name, file] of Object.entries(pki)) await writeFile(join(root, name), file.pem);
  execFileSync(process.execPath, [cli, "--out", join(root, "trackers.json"), "--count", "5"]);
  server = new IngestServer(pki);
  env = {
    TAPLINE_AGENT_DATA_DIR: root,
    TAPLINE_AGENT_API_PORT: "0",
    TAPLINE_AGENT_INGEST_URL: await server.listen(),
    TAPLINE_AGENT_LINK: "rest",
    TAPLINE_AGENT_CA: join(root, "trust.pem"),
    TAPLINE_AGENT_CERT: join(root, "agent-local.crt"),
    TAPLINE_AGENT_KEY: join(root, "agent-local.key"),
  };
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await server.close().catch(() => {});
  await rm(root, { recursive: true, force: true });
});

function start(extra: Record<string, string> = {}) {
  const child = fork(main, [], { env: { ...env, ...extra }, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  children.push(child);
  const run = { child, ready: false, statuses: [] as Status[], log: "", exit: once(child, "exit") };
  child.stderr?.on("data", (chunk) => {
    run.log += chunk;
  });
  child.on("message", (raw) => {
    const message = messageSchema.parse(raw);
    if (message.type === "ready") run.ready = true;
    else run.statuses.push(message.agent);
  });
  return run;
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 20 });
const last = (run: { statuses: Status[] }) => run.statuses.at(-1);

describe("agent process", { timeout: 120_000 }, () => {
  it("reads a bounded run to its end, says done, and leaves on SIGTERM with 0", async () => {
    const run = start({ TAPLINE_AGENT_TAPS: "150" });
    await until(() => expect(last(run)?.done).toBe(true));
    expect(run.ready).toBe(true);
    expect(last(run)).toMatchObject({
      taps: 150,
      archived: 150,
      pending: 0,
      oldestPendingAgeMs: 0,
      segments: 1,
    });
    expect(new Set(server.ledger.payloads.values()).size).toBe(147);
    run.child.kill("SIGTERM");
    expect((await run.exit)[0]).toBe(0);
    expect(run.log).not.toContain([...server.ledger.payloads.values()][0]);
  });

  it("counts its own taps in a bounded run, and finishes those of earlier runs too", async () => {
    server.ledger.verdictOf = () => null;
    const first = start({ TAPLINE_AGENT_TAPS: "20" });
    await until(() => expect(last(first)?.taps).toBe(20));
    first.child.kill("SIGKILL");
    await first.exit;
    server.ledger.verdictOf = (seq) => ({ seq, verdict: "archived", segment: crypto.randomUUID() });
    const second = start({ TAPLINE_AGENT_TAPS: "30" });
    await until(() => expect(last(second)?.done).toBe(true));
    expect(last(second)).toMatchObject({ taps: 30, archived: 30, pending: 0 });
    expect(server.ledger.payloads.size).toBe(50);
  });

  it("gives no tracker's number twice after a kill", async () => {
    const taken = () => [...server.ledger.payloads.entries()].map(([seq, payload]) => `${seq}/${payload}`);
    const first = start({ TAPLINE_AGENT_TAPS: "40" });
    await until(() => expect(last(first)?.done).toBe(true));
    first.child.kill("SIGKILL");
    await first.exit;
    const before = new Set(taken().map((entry) => entry.split("/")[1]));
    const second = start({ TAPLINE_AGENT_TAPS: "40" });
    await until(() => expect(last(second)?.done).toBe(true));
    expect(server.ledger.payloads.size).toBe(80);
    for (const [seq, payload] of server.ledger.payloads)
      if (seq > 40) expect(before.has(payload)).toBe(false);
  });

  it("keeps to its rate when it runs without end, and leaves when its parent is gone", async () => {
    const run = start({ TAPLINE_AGENT_RATE: "40" });
    await until(() => expect(last(run)?.taps).toBeGreaterThan(20));
    const [from, sinceMs] = [last(run)?.taps ?? 0, performance.now()];
    await until(() => expect(last(run)?.taps).toBeGreaterThan(from + 40));
    const perSecond = ((last(run)?.taps ?? 0) - from) / ((performance.now() - sinceMs) / 1000);
    expect(perSecond).toBeLessThan(80);
    await until(() => expect(last(run)).toMatchObject({ connected: true, done: false }));
    run.child.disconnect();
    expect((await run.exit)[0]).toBe(0);
  });

  it.each<[string, Record<string, string>, number, RegExp]>([
    ["a setting that does not read", { TAPLINE_AGENT_READERS: "x" }, 3, /TAPLINE_AGENT_READERS/],
    ["a missing certificate", { TAPLINE_AGENT_CERT: "/none.crt" }, 6, /none\.crt cannot be used: ENOENT/],
    ["a certificate that is none", { TAPLINE_AGENT_CERT: main }, 3, /it is no PEM file/],
    ["missing trackers", { TAPLINE_AGENT_TRACKERS: "/none.json" }, 3, /simulated-trackers\.ts/],
  ])("ends with a code and a remedy for %s", async (_, extra, code, said) => {
    const run = start(extra);
    expect((await run.exit)[0]).toBe(code);
    expect(run.log).toMatch(said);
    expect(run.log).toContain('"remedy"');
    expect(run.ready).toBe(false);
  });

  it("ends with 5 on a damaged outbox, destroying nothing", async () => {
    const first = start({ TAPLINE_AGENT_TAPS: "20" });
    await until(() => expect(last(first)?.done).toBe(true));
    first.child.kill("SIGTERM");
    await first.exit;
    const path = join(root, "outbox", "outbox-1.log");
    const bytes = await readFile(path);
    bytes[200]! ^= 1;
    await writeFile(path, bytes);
    const run = start();
    expect((await run.exit)[0]).toBe(5);
    expect(run.log).toMatch(/damaged at byte \d+.*whole ones follow/);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it("refuses an outbox that another agent holds", async () => {
    const first = start();
    await until(() => expect(first.ready).toBe(true));
    const second = start();
    expect((await second.exit)[0]).toBe(75);
    expect(second.log).toMatch(/in use: process \d+ holds/);
    expect(first.child.exitCode).toBeNull();
  });
});
