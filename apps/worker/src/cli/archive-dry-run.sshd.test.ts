import { execFile } from "node:child_process";
import { cp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AuditEntries, connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { connectRedis } from "@tapline/adapters/redis";
import { sha256Hex } from "@tapline/core/kernel";
import { objectPaths } from "@tapline/core/transfer";
import { freshDatabase, ownRedis, sharedSshd, temporaryFolder } from "@tapline/tools/test-servers";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { MadeArchive } from "./restore/archive.fixture.ts";

// Each command is a process of its own: seconds each on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const cutEpochMs = Date.now() - 3 * 24 * 3_600_000;
const command = join(import.meta.dirname, "../../bin/tapline.mjs");
let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let base: string;
let databaseUrl: string;
let prisma: PrismaClient;
let made: MadeArchive;
let roots: string[];

beforeAll(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  [base, databaseUrl] = [await temporaryFolder(), await freshDatabase()];
  prisma = connectPrisma(databaseUrl);
  made = await MadeArchive.make(join(base, ".tapline"), cutEpochMs - 30 * 24 * 3_600_000);
  const sshds = await Promise.all([sharedSshd(), sharedSshd()]);
  roots = sshds.map(({ rootDir }) => rootDir);
  const targets = sshds.map(({ url, hostKeyPin, privateKeyFile: keyFile }, i) => ({
    ...{ name: ["near", "far"][i], url, hostKeys: [hostKeyPin], keyFile },
  }));
  await writeFile(join(base, "archives.json"), JSON.stringify({ mode: "mirror", targets }));
  return async () => await prisma.$disconnect();
});

/** A segment in both archives, or in the one named; of the tap `number`. */
async function placed(number: number, atEpochMs: number, where = [0, 1]): Promise<string> {
  const segment = await made.addTaps([{ trackerSeq: number, seq: number }], atEpochMs);
  const { object, manifest, signature } = objectPaths(segment);
  for (const i of where)
    for (const path of [object, manifest, signature])
      await cp(made.local(path), join(roots[i]!, path), { recursive: true });
  return segment;
}

async function archive(
  ...args: string[]
): Promise<{ code: number; told: Record<string, unknown>; err: string }> {
  const env = {
    ...{ DATABASE_URL: databaseUrl, REDIS_URL: server.url },
    TAPLINE_ARCHIVES: join(base, "archives.json"),
  };
  return await new Promise((resolve) => {
    execFile(
      process.execPath,
      [command, "archive", ...args, "--json"],
      { cwd: base, env },
      (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), told: JSON.parse(out || "{}"), err }),
    );
  });
}

/** All that a command could change: every row, every file, every key. */
async function everything() {
  const tables = await prisma.$queryRaw<{ name: string }[]>`
    SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`;
  const rows: Record<string, unknown> = {};
  for (const { name } of tables)
    rows[name] = await prisma.$queryRawUnsafe(
      `SELECT count(*)::int, md5(string_agg(t::text, ',' ORDER BY t::text)) FROM "${name}" AS t`,
    );
  const files = await Promise.all(roots.map(filesOf));
  return { rows, files, keys: (await redis.keys("*")).sort() };
}

async function filesOf(root: string): Promise<string[]> {
  const names = (await readdir(root, { recursive: true })).sort();
  return await Promise.all(
    names.map(async (name) => {
      const { mtimeMs, size } = await stat(join(root, name));
      const isFile = (await stat(join(root, name))).isFile();
      return `${name} ${mtimeMs} ${isFile ? sha256Hex(await readFile(join(root, name))) : size}`;
    }),
  );
}

/** What a dry run tells, and that it left everything as it was. */
async function dry(...args: string[]): Promise<Record<string, unknown>> {
  const before = await everything();
  const { told, err } = await archive(...args, "--dry-run");
  expect(await everything(), err).toEqual(before);
  expect(told.dryRun).toBe(true);
  return { ...told, dryRun: false };
}

const entriesOf = async (segment: string) =>
  (await new AuditEntries(prisma).page({ subject: `segment/${segment}` }, 10)).entries
    .toReversed()
    .map(({ action, actor, reason, facts }) => ({ action, actor, reason, why: facts.why }));

test("a dry reindex changes nothing and tells what a real one then does, two copies and a doubled tap included", async () => {
  const [first, , doubled] = [
    await placed(1, cutEpochMs),
    await placed(2, cutEpochMs + 1),
    await placed(1, cutEpochMs + 2),
  ];
  await placed(3, cutEpochMs + 3, [1]);
  await rm(join(roots[0]!, objectPaths(first!).object));
  const foretold = await dry("reindex");
  expect(foretold).toMatchObject({ adopted: 3, quarantined: 1, known: 2, faults: 1 });
  const { told } = await archive("reindex", "--yes");
  expect(told).toEqual(foretold);
  expect(await dry("reindex")).toEqual((await archive("reindex", "--yes")).told);
  const job = { kind: "job", id: "reconcile" };
  expect(await entriesOf(doubled!)).toContainEqual({
    ...{ action: "segment.adopted", actor: job, reason: "the index did not know it", why: undefined },
  });
});

test("a dry comparison changes nothing and tells what a real one then does; what that takes in or out is the person's act", async () => {
  const lost = await placed(1, cutEpochMs);
  const gone = await placed(2, cutEpochMs + 1);
  expect((await archive("reindex", "--yes")).code).toBe(0);
  const unknown = await placed(3, cutEpochMs + 2, [0]);
  const doubled = [await placed(4, cutEpochMs + 3), await placed(4, cutEpochMs + 4)];
  const taken = await placed(1, cutEpochMs + 5);
  const leftover = await placed(5, cutEpochMs + 6, [0]);
  await rm(join(roots[0]!, objectPaths(leftover).manifest));
  await rm(join(roots[1]!, objectPaths(lost).manifest));
  for (const root of roots) await rm(join(root, objectPaths(gone).object));

  const asked = ["reconcile", "--by", "ann", "--reason", "after the fire"];
  const foretold = await dry(...asked);
  expect(foretold).toMatchObject({
    ...{ known: 2, adopted: 2, quarantined: 2, healed: 1, missing: 2, leftovers: 1, faults: 0 },
  });
  const done = await archive(...asked, "--yes");
  expect(done.told).toEqual(foretold);
  expect(done.code).toBe(2);

  const ann = { kind: "operator", id: "ann" };
  const act = { actor: ann, reason: "after the fire" };
  const adopted = { ...act, action: "segment.adopted", why: "the index did not know it" };
  const quarantined = { ...act, action: "segment.quarantined", why: "its taps lie in other segments" };
  expect(await entriesOf(unknown)).toEqual([adopted]);
  expect(await entriesOf(taken)).toEqual([quarantined]);
  const ofDoubled = [...(await entriesOf(doubled[0]!)), ...(await entriesOf(doubled[1]!))];
  expect(ofDoubled).toHaveLength(2);
  expect(ofDoubled).toEqual(expect.arrayContaining([adopted, quarantined]));
  expect(await entriesOf(lost)).toContainEqual({ ...act, action: "segment.healed", why: undefined });
  expect(await entriesOf(leftover)).toEqual([
    { ...act, action: "segment.leftovers-quarantined", why: undefined },
  ]);
  // Nothing is left to do but what is missing.
  expect(await dry(...asked)).toMatchObject({
    adopted: 0,
    quarantined: 0,
    healed: 0,
    leftovers: 0,
    missing: 2,
  });
});
