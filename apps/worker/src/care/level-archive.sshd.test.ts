import { access, copyFile, mkdir, readdir, rm, truncate } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KeyMap } from "@tapline/adapters/keys";
import {
  ArchiveCopies,
  ArchiveHolds,
  ArchiveIndex,
  ArchiveNotes,
  connectPrisma,
  type PrismaClient,
  SegmentCatalogue,
} from "@tapline/adapters/prisma";
import { connectRedis, SegmentBuffer } from "@tapline/adapters/redis";
import { SftpArchive } from "@tapline/adapters/sftp";
import { encodeFrame } from "@tapline/core/buffer";
import { objectPaths } from "@tapline/core/transfer";
import type { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  freshDatabase,
  ownRedis,
  sharedSshd,
  temporaryFolder,
} from "../../../../tools/test-servers/index.ts";
import { MadeArchive } from "../cli/restore/archive.fixture.ts";
import { type LevelArchiveParts, levelSince, levelTurn } from "./level-archive.ts";

type Part = keyof ReturnType<typeof objectPaths>;

const cutEpochMs = Date.now() - 3 * 24 * 3_600_000;
const all = ["object", "manifest", "signature"] as const;
const nothing = { adopted: 0, quarantined: 0, healed: 0, missing: 0, leftovers: 0, rewraps: 0, faults: 0 };
let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let prisma: PrismaClient;
let made: MadeArchive;
let roots: string[];
let archives: SftpArchive[];
let parts: LevelArchiveParts;
let faults: string[];

beforeAll(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
  prisma = connectPrisma(await freshDatabase());
  made = await MadeArchive.make(join(await temporaryFolder(), ".tapline"), cutEpochMs - 60 * 24 * 3_600_000);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
  await prisma.$disconnect();
});
beforeEach(async () => {
  await redis.flushall();
  await prisma.$executeRaw`TRUNCATE segment, segment_copy, segment_key, tap_run, agent_run, archive_hold, installation_fact`;
  const sshds = await Promise.all([sharedSshd(), sharedSshd()]);
  roots = sshds.map(({ rootDir }) => rootDir);
  archives = sshds.map(({ url, hostKeyPin, privateKey }) => new SftpArchive({ url, hostKeyPin, privateKey }));
  faults = [];
  const trust = made.pem("trust.pem");
  parts = {
    targets: archives.map((archive, i) => ({ name: ["near", "far"][i] ?? "", archive })),
    trust: { rootPems: [trust], crlPems: [trust] },
    ...{
      catalogue: new SegmentCatalogue(prisma),
      index: new ArchiveIndex(prisma),
      buffer: new SegmentBuffer(redis),
    },
    ...{ notes: new ArchiveNotes(prisma), holds: new ArchiveHolds(prisma, Date.now) },
    ...{ actor: { kind: "job", id: "reconcile" }, clock: Date.now, leftoverAfterMs: 3_600_000 },
    ...{ copies: new ArchiveCopies(prisma), keys: new KeyMap(prisma) },
    onFault: (_, error) => faults.push(error instanceof Error ? error.message : String(error)),
    onSilent: (target) => faults.push(`${target} is silent`),
  };
});
afterEach(() => Promise.all(archives.map((archive) => archive.close())));

let numbers = 0;

/** A segment that lies in the archives named, or parts of it. */
async function placed(
  where: readonly number[],
  files: readonly Part[] = all,
  atEpochMs = cutEpochMs,
): Promise<string> {
  const segment = await made.addTaps([{ trackerSeq: ++numbers, seq: numbers }], atEpochMs);
  for (const i of where) await place(segment, i, files);
  return segment;
}

async function place(segment: string, i: number, files: readonly Part[] = all): Promise<void> {
  for (const file of files) {
    const path = objectPaths(segment)[file];
    await mkdir(dirname(join(roots[i]!, path)), { recursive: true });
    await copyFile(made.local(path), join(roots[i]!, path));
  }
}

const local = (i: number, segment: string, part: Part) => join(roots[i]!, objectPaths(segment)[part]);
const isThere = (i: number, segment: string, part: Part) =>
  access(local(i, segment, part)).then(
    () => true,
    () => false,
  );
const aside = (i: number) => readdir(join(roots[i]!, "quarantine")).catch(() => []);
const level = (changes: Partial<LevelArchiveParts> = {}) => levelSince("", { ...parts, ...changes });
const actionsOf = async (segment: string) =>
  (
    await prisma.auditEntry.findMany({
      where: { subject: `segment/${segment}` },
      orderBy: { recordedAt: "asc" },
    })
  ).map(({ action }) => action);

test("archives that are level with the index stay as they are; an unknown segment is taken in with all that hold it", async () => {
  const segment = await placed([0, 1]);
  expect(await level()).toEqual({ ...nothing, known: 0, adopted: 1 });
  expect(
    (await parts.catalogue.rowsOfDay(objectPaths(segment).object.slice(0, 10)))[0]?.targets.toSorted(),
  ).toEqual(["far", "near"]);
  expect(await level()).toEqual({ ...nothing, known: 1 });
  expect(await actionsOf(segment)).toEqual(["segment.adopted"]);
});

test.for(all)("an archive that has lost a segment's %s gets it back from another", async (part) => {
  const segment = await placed([0, 1]);
  await level();
  await rm(local(1, segment, part));
  expect(await level()).toMatchObject({ healed: 1, missing: 0, faults: 0 });
  for (const file of all) expect(await isThere(1, segment, file)).toBe(true);
  expect(await level()).toMatchObject({ healed: 0, missing: 0 });
  expect(await actionsOf(segment)).toEqual(["segment.adopted", "segment.healed"]);
});

test("a cut-off object goes to quarantine and is copied anew, unless a hold keeps it", async () => {
  const segment = await placed([0, 1]);
  await level();
  await truncate(local(0, segment, "object"), 20);
  const act = { actor: { kind: "operator", id: "ann" }, reason: "court" } as const;
  const holds = new ArchiveHolds(prisma, Date.now);
  const hold = await holds.place(
    { kind: "agent", subject: "gate-1", firstDay: null, lastDay: null, reason: "court" },
    act,
  );
  expect(await level()).toMatchObject({ healed: 0, faults: 1 });
  expect(faults[0]).toContain(`hold ${hold} keeps it there`);
  await holds.release(hold, act);
  expect(await level()).toMatchObject({ healed: 1, faults: 0 });
  expect(await aside(0)).toHaveLength(1);
  expect(await level()).toMatchObject({ healed: 0, missing: 0 });
});

test("what no other archive has is missing: told each time, audited once", async () => {
  const segment = await placed([0]);
  await level();
  await rm(local(0, segment, "object"));
  for (let i = 0; i < 2; i++) expect(await level()).toMatchObject({ missing: 1, healed: 0 });
  expect(faults).toHaveLength(2);
  expect(faults[0]).toContain(`archive near has lost ${objectPaths(segment).object}`);
  expect(await actionsOf(segment)).toEqual(["segment.adopted", "segment.missing"]);
});

test("a copy that is not the index's heals nothing", async () => {
  const segment = await placed([0, 1]);
  await level();
  await rm(local(0, segment, "manifest"));
  await prisma.segment.update({ where: { id: segment }, data: { manifestDigest: new Uint8Array(32) } });
  expect(await level()).toMatchObject({ healed: 0, faults: 1 });
  expect(await isThere(0, segment, "manifest")).toBe(false);
});

test("files without a manifest go to quarantine once they are old, and not while their segment is under way", async () => {
  const [old, young] = [
    await placed([0], ["object", "signature"]),
    await placed([1], ["object"], Date.now()),
  ];
  const open = await placed([0], ["object"]);
  const frame = encodeFrame([
    {
      agent: "g",
      epoch: 1,
      seq: 1,
      reader: "r",
      readAtEpochMs: 1,
      ingestedAtEpochMs: 2,
      traceparent: "",
      payload: Buffer.of(1),
    },
  ]);
  const buffer = new SegmentBuffer(redis);
  await buffer.openGeneration("life");
  await buffer.append(frame, 1, "door");
  await buffer.cut(open, Date.now());
  const act = { actor: { kind: "operator", id: "ann" }, reason: "court" } as const;
  const holds = new ArchiveHolds(prisma, Date.now);
  const hold = await holds.place(
    { kind: "segment", subject: old, firstDay: null, lastDay: null, reason: "court" },
    act,
  );
  expect(await level()).toEqual({ ...nothing, known: 0, faults: 1 });
  await holds.release(hold, act);
  expect(await level()).toEqual({ ...nothing, known: 0, leftovers: 1 });
  expect(await aside(0)).toHaveLength(2);
  expect([
    await isThere(0, old, "object"),
    await isThere(1, young, "object"),
    await isThere(0, open, "object"),
  ]).toEqual([false, true, true]);
  expect(await actionsOf(old)).toEqual(["segment.leftovers-quarantined"]);
});

test("a segment that is committed and still open in the buffer is left to its stages", async () => {
  const segment = await placed([0]);
  const buffer = new SegmentBuffer(redis);
  await buffer.openGeneration("life");
  const tap = {
    agent: "g",
    epoch: 1,
    seq: 1,
    reader: "r",
    readAtEpochMs: 1,
    ingestedAtEpochMs: 2,
    traceparent: "",
    payload: Buffer.of(1),
  };
  await buffer.append(encodeFrame([tap]), 1, "door");
  await buffer.cut(segment, Date.now());
  expect(await level()).toEqual({ ...nothing, known: 0 });
  await redis.flushall();
  expect(await level()).toMatchObject({ adopted: 1 });
});

test("a segment whose taps lie in another one goes to quarantine in every archive", async () => {
  const first = await placed([0, 1]);
  await level();
  const second = await made.addTaps([{ trackerSeq: numbers, seq: numbers }], cutEpochMs);
  for (const i of [0, 1]) await place(second, i);
  expect(await level()).toMatchObject({ quarantined: 1 });
  for (const i of [0, 1]) {
    expect(await aside(i)).toHaveLength(3);
    expect(await isThere(i, first, "manifest")).toBe(true);
  }
});

test("turns look at today and yesterday, and come round to every day", async () => {
  const dayMs = 24 * 3_600_000;
  for (const ago of [40, 37, 33]) await placed([0], all, Date.now() - ago * dayMs);
  await level();
  const lost = await placed([0], all, Date.now() - 35 * dayMs);
  await level();
  await rm(local(0, lost, "manifest"));
  const found: number[] = [];
  for (let i = 0; i < 3; i++) found.push((await levelTurn(3, parts)).missing);
  expect(found).toEqual([0, 1, 0]);
}, 60_000);
