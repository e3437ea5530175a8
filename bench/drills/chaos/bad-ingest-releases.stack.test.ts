import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connectPrisma, type PrismaClient, ReleaseDesk, type ShiftListing } from "@tapline/adapters/prisma";
import { defaultPlan, isOver } from "@tapline/core/rollout";
import { afterEach, beforeEach, expect, it } from "vitest";
import { freePort } from "../../../tools/servers/index.ts";
import { temporaryFolder } from "../../../tools/test-servers/index.ts";
import { countArchived, StartedStack } from "../../installation/index.ts";
import { Fleet } from "./fleet.ts";

const worker = new URL("../../../apps/worker/src/", import.meta.url).href;
const program = `await import("${worker}main.ts");\n`;
const door = `import { Door } from "${worker}ingress/door.ts";\nconst take = Door.prototype.take;\n`;

/** Programs of other versions, each with a fault of its own. */
const versions = {
  // It comes up, and dies of the first agent.
  "9.0.0-crashing": `process.on("message", ({ type }) => type === "connection" && process.kill(process.pid, "SIGKILL"));\n`,
  "9.0.0-refusing": `${door}Door.prototype.take = async () => { throw new Error("no"); };\n`,
  "9.0.0-slow": `${door}Door.prototype.take = async function (...given) {
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  return await take.apply(this, given);
};\n`,
};

const act = { actor: { kind: "operator", id: "ada" }, reason: "a new version", dryRun: false } as const;
const plan = { ...defaultPlan, steps: [50, 100], windowMs: 10_000, keepMs: 600_000, readyWithinMs: 240_000 };
const overWithinMs = 300_000;

let dataDir: string;
let stack: StartedStack;
let prisma: PrismaClient;
let fleet: Fleet;

beforeEach(async () => {
  dataDir = join(await temporaryFolder(), ".tapline");
  const port = await freePort();
  const settings = { TAPLINE_INGEST_PORT: String(port), TAPLINE_AGENT_RATE: "1" };
  stack = await StartedStack.start(dataDir, settings);
  const databaseUrl = await stack.databaseUrl();
  prisma = connectPrisma(databaseUrl);
  fleet = await Fleet.start(dataDir, databaseUrl, port, true);
  for (const [version, fault] of Object.entries(versions)) {
    const folder = join(dataDir, "releases", version, "apps/worker/src");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "main.ts"), `${fault}${program}`);
  }
}, 600_000);
afterEach(async () => {
  await prisma?.$disconnect();
  await stack?.stop();
}, 300_000);

/** Leads ingest to a version, and waits until that is over. */
async function leadTo(version: string): Promise<ShiftListing> {
  const desk = new ReleaseDesk(prisma, Date.now);
  const { id } = await desk.make({ service: "ingest", version, config: {}, rules: null }, act);
  await desk.shift(id, act, plan);
  const last = async () => (await desk.shifts({ service: "ingest", limit: 1 }))[0];
  await expect
    .poll(async () => isOver((await last())!.state), { timeout: overWithinMs, interval: 250 })
    .toBe(true);
  return (await last())!;
}

async function greens() {
  const { workloads } = await stack.actuator.look();
  return workloads.filter(({ service, colour }) => service === "ingest" && colour === "green");
}

it("an ingest that crashes, that refuses and that is slow: each is taken back by itself at its first share, and every tap that agents had is archived once", async () => {
  for (const [version, why] of [
    ["9.0.0-crashing", /started again|fail/],
    ["9.0.0-refusing", /attempts that fail/],
    ["9.0.0-slow", /takes longer|p99|fail/],
  ] as const) {
    const { state } = await leadTo(version);
    expect([version, state.phase, state.step]).toEqual([version, "rolled-back", 0]);
    expect(state.why).toMatch(why);
    expect((await stack.actuator.look()).shares.ingest?.greenPercent ?? 0).toBe(0);
    // It gets nothing any more; what it has in hand it may end after the shift is over.
    await expect.poll(greens, { timeout: 120_000 }).toEqual([]);
  }
  // The house itself took each back, and nobody else did anything.
  const taken = await prisma.auditEntry.findMany({ where: { action: "release.rollback-started" } });
  expect(taken.map(({ actorKind }) => actorKind)).toEqual(["job", "job", "job"]);
  await fleet.stop();
  const [certPem, keyPem] = await Promise.all(
    ["archive.crt", "archive.key"].map((name) => readFile(join(dataDir, "pki", name), "utf8")),
  );
  const archiveKey = { certPem: certPem ?? "", keyPem: keyPem ?? "" };
  const archiveDir = join(dataDir, "archive");
  const fared = await fleet.fared({ databaseUrl: await stack.databaseUrl(), archiveDir, archiveKey });
  expect(fared).toMatchObject({ archivedPercent: 100, archived: fared.taken });
  expect(fared.taken).toBeGreaterThan(100);
  expect(fared.failedAttempts).toBeGreaterThan(0);
  expect((await countArchived(archiveDir, archiveKey)).doubled).toBe(0);
}, 1_500_000);
