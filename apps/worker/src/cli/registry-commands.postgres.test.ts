import { execFile } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { readEntry } from "@tapline/core/audit";
import { issueHierarchy } from "@tapline/core/encryption";
import { pinOf, readToken } from "@tapline/core/tap";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freshDatabase, serviceOf, temporaryFolder } from "../../../../tools/test-servers/index.ts";

// Each command is a process of its own: seconds each on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const main = new URL("./main.ts", import.meta.url).pathname;
let databaseUrl: string;
let env: Record<string, string>;
let prisma: PrismaClient;
let root: string;
let dir: string;
const why = ["--reason", "a test", "--by", "ola", "--yes"];

beforeAll(async () => {
  databaseUrl = await freshDatabase();
  dir = await temporaryFolder();
  const files = await issueHierarchy({ nowEpochMs: Date.now(), organisation: "Test", agents: [], hosts: [] });
  root = files["root.crt"]?.pem ?? "";
  await mkdir(join(dir, "pki"));
  await writeFile(join(dir, "pki/root.crt"), root);
  // As where they are run in a pod of the console.
  env = { DATABASE_URL: serviceOf(databaseUrl, "web"), TAPLINE_DATA_DIR: dir };
  prisma = connectPrisma(databaseUrl);
});
afterAll(() => prisma.$disconnect());

const run = (...args: string[]) => runWith(env, ...args);

const runWith = (settings: Record<string, string>, ...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [main, ...args], { env: settings }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

test("an agent is invited, listed and revoked by commands, each asking who", async () => {
  const made = await run("agent", "token", "--id", "front-desk", "--ttl", "2h", "--ring", "3", ...why);
  expect(made, made.err).toMatchObject({ code: 0 });
  expect(readToken(made.out).pin).toEqual(pinOf(root));
  expect(made.err).toMatch(/^for front-desk, until .*, once/);
  expect((await run("agent", "ls")).out).toMatch(
    /^front-desk {2}invited {2}ring 1 {2}site default {2}token until /,
  );
  const without = await run("agent", "revoke", "--id", "front-desk");
  expect([without.code, without.err]).toEqual([1, expect.stringContaining("--reason")]);
  const empty = await run("agent", "revoke", "--id", "front-desk", "--reason", " ");
  expect([empty.code, empty.err]).toEqual([1, expect.stringContaining("It is empty: say why")]);
  const revoked = await run(
    "agent",
    "revoke",
    "--id",
    "front-desk",
    "--reason",
    "stolen",
    "--by",
    "ola",
    "--yes",
  );
  expect(revoked.out).toBe("agent front-desk is revoked\n");
  const [listed] = JSON.parse((await run("agent", "ls", "--json")).out) as { state: string }[];
  expect(listed).toMatchObject({ id: "front-desk", state: "revoked", tokenEndsAtEpochMs: null });
  const entries = await prisma.auditEntry.findMany({ where: { subject: "agent/front-desk" } });
  expect(entries.map(({ actorKind, actorId, action }) => `${actorKind} ${actorId} ${action}`).sort()).toEqual(
    ["operator ola agent.revoked", "operator ola agent.token-created"],
  );
});

test("all that one command does is of one trace: the one that it was run in, else one of its own", async () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const traced = { ...env, TRACEPARENT: `00-${traceId}-b7ad6b7169203331-01` };
  const settings: [string, Record<string, string>][] = [
    ["gate-1", traced],
    ["gate-2", env],
    ["gate-3", { ...env, TRACEPARENT: "none that counts" }],
  ];
  for (const [id, own] of settings)
    expect(await runWith(own, "agent", "token", "--id", id, ...why)).toMatchObject({ code: 0 });
  const traces = await Promise.all(
    settings.map(async ([id]) => {
      const { bytes } = await prisma.auditEntry.findFirstOrThrow({ where: { subject: `agent/${id}` } });
      const entry = readEntry(bytes);
      return entry.version === 2 ? entry.traceId : null;
    }),
  );
  expect(traces).toEqual([traceId, ...[2, 3].map(() => expect.stringMatching(/^[0-9a-f]{32}$/))]);
  expect(new Set(traces).size).toBe(3);
  expect((await run("audit", "ls", "--text", traceId)).out).toMatch(
    /agent\.token-created {2}agent\/gate-1 .*\n$/,
  );
});

test("without DATABASE_URL the database of the npm start that runs on the data folder is used", async () => {
  const { DATABASE_URL: databaseUrl, ...without } = env;
  const none = await runWith(without, "agent", "ls");
  expect([none.code, none.err]).toEqual([1, expect.stringContaining(`runs on ${dir}`)]);
  await writeFile(join(dir, "stores.json"), JSON.stringify({ databaseUrl }));
  expect(await runWith(without, "tracker", "ls")).toMatchObject({ code: 0 });
  await writeFile(join(dir, "stores.json"), "{}");
  expect((await runWith(without, "fleet", "ls")).err).toContain("DATABASE_URL is not set");
});

test("an agent that nobody knows, or that cannot be one, is named", async () => {
  const wrong = await run("agent", "token", "--id", "Front_Desk", ...why);
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining("lower-case")]);
  const unknown = await run("agent", "revoke", "--id", "nobody", "--reason", "x", "--yes");
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining("--unlisted")]);
  expect((await run("agent", "revoke", "--id", "by-hand", "--reason", "x", "--unlisted", "--yes")).code).toBe(
    0,
  );
});

test("a tracker is enrolled by its key or a PEM file of it, revoked with a reason, and listed", async () => {
  const [one, two] = [randomBytes(8).toString("hex"), randomBytes(8).toString("hex")];
  const keys = [1, 2].map(() => generateKeyPairSync("ed25519").publicKey);
  const hex = keys[0]!.export({ format: "der", type: "spki" }).subarray(-32).toString("hex");
  const pem = join(dir, "two.pem");
  await writeFile(pem, keys[1]!.export({ format: "pem", type: "spki" }));
  const first = await run("tracker", "enrol", "--id", one, "--public-key", hex, ...why);
  expect(first.out, first.err).toMatch(/^tracker .* is enrolled with the key [0-9a-f]{16}\n$/);
  expect((await run("tracker", "enrol", "--id", two, "--public-key", pem, ...why)).code).toBe(0);
  const again = await run("tracker", "enrol", "--id", two, "--public-key", hex, ...why);
  expect([again.code, again.err]).toEqual([1, expect.stringContaining(`is that of tracker ${one}`)]);
  const wrong = await run("tracker", "enrol", "--id", two, "--public-key", join(dir, "pki/root.crt"), ...why);
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining("cannot be used")]);
  expect((await run("tracker", "revoke", "--id", one, "--reason", "lost", "--by", "ola", "--yes")).code).toBe(
    0,
  );
  const listed = (await run("tracker", "ls", "--json")).out.trim().split("\n");
  const states = new Map(
    listed.map((text) => JSON.parse(text)).map(({ id, revokedAtEpochMs }) => [id, revokedAtEpochMs !== null]),
  );
  expect([states.get(one), states.get(two)]).toEqual([true, false]);
  expect((await run("tracker", "ls")).out).toContain(`${two}  key `);
});

test("who acts is the account of an e-mail address, in whatever case; another one is a name, and is told to be", async () => {
  await prisma.user.create({
    data: { id: "p-ada", name: "Ada", email: "ada@console.test", role: "admin" },
  });
  const pause = (by: string) => run("noops", "pause", "--reason", "a test", "--yes", "--by", by);
  expect(await pause("Ada@Console.test")).toMatchObject({ code: 0, err: "" });
  const stranger = await pause("eve@console.test");
  expect(stranger).toMatchObject({ code: 0, err: expect.stringContaining("taken as a name") });
  const entries = await prisma.auditEntry.findMany({
    where: { action: "noops.paused" },
    orderBy: { recordedAt: "asc" },
  });
  expect(entries.map(({ actorId }) => actorId)).toEqual(["p-ada", "eve@console.test"]);
  const found = await run("audit", "ls", "--by", "ada@console.test", "--action", "noops");
  expect(found.out).toContain("p-ada");
  expect(found.out).not.toContain("eve@console.test");
});

test("who paused and killed NoOps is shown by name; by the id alone where the account is gone, or may not be read", async () => {
  await prisma.user.create({ data: { id: "p-mary", name: "Mary", email: "mary@console.test" } });
  const by = ["--reason", "a test", "--yes", "--by", "mary@console.test"];
  expect((await run("noops", "pause", ...by)).code).toBe(0);
  expect((await run("noops", "kill", ...by)).code).toBe(0);
  const shown = await run("noops", "show");
  expect(shown.out, shown.err).toMatch(/^KILLED by Mary \(p-mary\) at /m);
  expect(shown.out).toMatch(/^paused: all acts, until resumed, by Mary \(p-mary\)$/m);
  expect(JSON.parse((await run("noops", "show", "--json")).out).switches.kill.by).toBe("p-mary");

  const inItsPod = await runWith({ ...env, DATABASE_URL: serviceOf(databaseUrl, "noops") }, "noops", "show");
  expect(inItsPod.out, inItsPod.err).toMatch(/^KILLED by p-mary at /m);
  const revived = await run("noops", "resume", "--from-kill", ...by);
  expect(revived.out, revived.err).toMatch(/^KILLED by Mary \(p-mary\) at /m);
  await prisma.user.delete({ where: { id: "p-mary" } });
  const resumed = await run("noops", "resume", "--reason", "a test", "--yes", "--by", "ola");
  expect(resumed.out, resumed.err).toMatch(/^paused: all acts, until resumed, by p-mary$/m);
});
