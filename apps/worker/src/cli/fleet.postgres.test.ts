import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { FleetStore } from "@tapline/adapters/prisma/fleet";
import type { AgentReport } from "@tapline/core/tap";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../tools/test-servers/index.ts";

const tapline = join(import.meta.dirname, "../../bin/tapline.mjs");
let url: string;
let dir: string;
let prisma: PrismaClient;
let store: FleetStore;

beforeAll(async () => {
  [url, dir] = [await freshDatabase(), await mkdtemp(join(tmpdir(), "tapline-fleet-"))];
  prisma = connectPrisma(url);
  store = new FleetStore(prisma);
});
afterAll(async () => {
  await prisma.$disconnect();
  await rm(dir, { recursive: true });
});

function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { DATABASE_URL: url };
  return new Promise((resolve) => {
    execFile(process.execPath, [tapline, "fleet", ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}
const why = ["--reason", "a test", "--by", "ann", "--yes"];

async function report(agent: string, configRevision: number, seenAtEpochMs = Date.now()): Promise<void> {
  const said: AgentReport = {
    ...{ version: "1.0.0", platform: "linux-x64", startedAtEpochMs: 1, configRevision, link: "grpc" },
    ...{ clockSkewMs: 12, paused: null, readers: { ready: 2 }, certificateEndsAtEpochMs: null },
    outbox: { epoch: 1, nextSeq: 8, taps: 1, bytes: 10, oldestAgeMs: 40 },
  };
  await store.keepReports([{ agent, report: said, seenAtEpochMs }]);
}

test("settings go from a file through the rings, each step said beforehand and afterwards", async () => {
  await report("gate-0", 0);
  await report("gate-1", 0);
  const file = join(dir, "settings.json");
  await writeFile(file, JSON.stringify({ reportEveryMs: 15_000 }));
  expect((await run("config", "set", file, ...why)).out).toContain("made config 1");
  await prisma.user.create({ data: { id: "ann", name: "Ann", email: "ann@console.test" } });
  expect((await run("config", "ls")).out).toMatch(/^1 {2}\S+Z {2}Ann \(ann\) {2}a test {2}/);
  expect((await run("ring", "gate-0", "0", ...why)).code).toBe(0);
  const shown = await run("rollout", "start", "--config", "1", "--dry-run", ...why);
  expect(shown.out).toContain(
    "would change:\n  1 agent from no settings from the server, any version to config 1",
  );
  expect((await run("rollout", "status")).out).toContain("config: 0 holds for all, nothing under way");
  expect((await run("rollout", "start", "--config", "1", ...why)).out).toContain("gate-0");
  const early = await run("rollout", "advance", ...why);
  expect([early.code, early.err]).toEqual([1, expect.stringContaining("ring 0: gate-0 pending")]);
  await report("gate-0", 1);
  expect((await run("rollout", "advance", ...why)).out).toContain("gate-1");
  const status = (await run("rollout", "status")).out;
  expect(status).toMatch(/config: roll-out \d+ running, 0 → 1/);
  expect(status).toContain("ring 0: 1 of 1 have it");
  expect(status).toContain("ring 1: 0 of 1 have it, 0 pinned; 1 pending (gate-1…)");
  expect((await run("rollout", "halt", ...why)).code).toBe(0);
  expect((await run("rollout", "abort", ...why)).out).toContain("gate-0");
}, 120_000);

test("a version is named, not installed, and the command says so", async () => {
  const started = await run("rollout", "start", "--version", "1.2.0", ...why);
  expect(started.out).toContain("named to agents, not installed by the server");
  expect((await run("rollout", "status")).out).toContain("named to agents, not installed by the server");
}, 60_000);

test("the list tells silent agents from others, and a pin shows", async () => {
  await report("gate-9", 0, Date.now() - 3_600_000);
  await run("pin", "gate-9", "--config", "0", "--version", "0.9.0", ...why);
  const silent = JSON.parse((await run("ls", "--silent-for", "10m", "--json")).out) as { id: string }[];
  expect(silent.map(({ id }) => id)).toEqual(["gate-9"]);
  const all = (await run("ls")).out;
  expect(all).toMatch(/gate-9 {2}ring 1 {2}pinned to config 0, 0\.9\.0 {2}seen 60 min ago {2}1\.0\.0/);
  expect(all).toContain("3 agents");
}, 60_000);

test("wrong input is one line with a remedy", async () => {
  const file = join(dir, "wrong.json");
  await writeFile(file, JSON.stringify({ reportEveryMs: 1, shell: "rm" }));
  const wrong = await run("config", "set", file, ...why);
  expect(wrong.err).toMatch(/reportEveryMs: .*; : Unrecognized key: "shell"/);
  expect((await run("config", "set", file)).err).toContain("--reason");
  expect((await run("rollout", "start", ...why)).err).toContain("either --config or --version is needed");
  expect((await run("rollout", "start", "--config", "99", ...why)).err).toContain("no config revision 99");
  expect((await run("ls", "--silent-for", "soon")).err).toContain("not a span of time");
  expect((await run("pin", "nobody", "--version", "1.0.0", ...why)).err).toContain("no agent nobody");
}, 60_000);
