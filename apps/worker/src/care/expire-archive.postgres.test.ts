import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  ArchiveExpiry,
  ArchiveHolds,
  ArchiveIndex,
  connectPrisma,
  type NewHold,
  type PrismaClient,
} from "@tapline/adapters/prisma";
import { DirectoryArchive, SftpArchive } from "@tapline/adapters/sftp";
import { generateSshKeyPair, startArchiveServer } from "@tapline/tools/local-stack/archive-server";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { freshDatabase, temporaryFolder } from "../../../../tools/test-servers/index.ts";
import { MadeArchive } from "../cli/restore/archive.fixture.ts";
import { reconcileArchive } from "../jobs/reconcile-archive.ts";
import { type ExpireParts, expireArchive } from "./expire-archive.ts";

const nowEpochMs = Date.UTC(2026, 10, 23, 12);
const dayMs = 24 * 3_600_000;
const act = { actor: { kind: "operator", id: "ann" }, reason: "time is over" } as const;
let prisma: PrismaClient;
let holds: ArchiveHolds;
let made: MadeArchive;
let segments: string[];
let told: string[];

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  holds = new ArchiveHolds(prisma, () => nowEpochMs);
});
afterAll(() => prisma.$disconnect());
beforeEach(async () => {
  await prisma.$executeRaw`TRUNCATE segment, segment_copy, segment_key, tap_run, agent_run, archive_hold`;
  made = await MadeArchive.make(join(await temporaryFolder(), ".tapline"), nowEpochMs);
  segments = [
    await made.addTaps([tap(1), tap(2)], nowEpochMs),
    await made.addTaps([{ ...tap(3), agent: "gate-2" }], nowEpochMs + 1),
    await made.addTaps([tap(4)], nowEpochMs + dayMs),
  ];
  told = [];
  await reconcileArchive("", {
    ...{
      archive: folder(),
      index: new ArchiveIndex(prisma),
      clock: () => nowEpochMs,
      holds,
      copies: () => ["main"],
    },
    trust: { rootPems: [made.pem("trust.pem")], crlPems: [made.pem("trust.pem")] },
    onFault: (_, error) => {
      throw error;
    },
    onSettled: () => undefined,
    onKnown: () => Promise.resolve(),
  });
});

const tap = (n: number) => ({ trackerSeq: n, seq: n });
const folder = () => new DirectoryArchive(join(made.root, "archive"));
const files = () => readdir(join(made.root, "archive", "2026", "11", "23"));
const expire = (isDry: boolean, archive: ExpireParts["target"]["archive"] = folder()) =>
  expireArchive("2026-11-24", isDry, {
    ...{ expiry: new ArchiveExpiry(prisma), act, clock: () => nowEpochMs, target: { name: "main", archive } },
    onHeld: (segment) => told.push(segment),
  });
const place = (hold: Partial<NewHold>) =>
  holds.place({ kind: "days", subject: "", firstDay: null, lastDay: null, reason: "court", ...hold }, act);
const actionsOf = async (segment: string) =>
  (
    await prisma.auditEntry.findMany({
      where: { subject: `segment/${segment}` },
      orderBy: { recordedAt: "asc" },
    })
  ).map(({ action }) => action);

test("a dry run removes nothing; then old segments go, with proof of what went, and their taps stay known", async () => {
  expect(await expire(true)).toMatchObject({ segments: 2, taps: 3, held: 0 });
  expect(await files()).toHaveLength(6);
  expect(await expire(false)).toMatchObject({ segments: 2, taps: 3, held: 0 });
  expect(await files()).toEqual([]);
  expect(await expire(false)).toMatchObject({ segments: 0 });
  const entry = await prisma.auditEntry.findFirstOrThrow({
    where: { subject: `segment/${segments[0]}`, action: "segment.expired" },
  });
  const { objectDigest } = await prisma.segment.findUniqueOrThrow({ where: { id: segments[0]! } });
  expect(JSON.parse(Buffer.from(entry.bytes).toString())).toMatchObject({
    ...{ commitments: { reason: expect.any(String) }, actor: { id: "ann" } },
    facts: { taps: 2, objectSha256: Buffer.from(objectDigest).toString("hex") },
  });
  const [held] = await new ArchiveIndex(prisma).findTaps([
    { tracker: "0011223344556677", trackerEpoch: 1, trackerSeq: 2 },
  ]);
  expect(held?.held?.segment).toBe(segments[0]);
});

test.for([
  ["days", { firstDay: "2026-11-23", lastDay: "2026-11-23" }, 2],
  ["an agent", { kind: "agent", subject: "gate-2" }, 1],
  ["a tracker", { kind: "tracker", subject: "0011223344556677" }, 2],
] as const)("a hold of %s keeps what it guards until it is released", async ([, hold, guarded]) => {
  const id = await place(hold);
  expect(await expire(true)).toMatchObject({ segments: 2 - guarded, held: guarded });
  expect(await expire(false)).toMatchObject({ segments: 2 - guarded, held: guarded });
  expect(await files()).toHaveLength(3 * guarded);
  expect(new Set(told).size).toBe(guarded);
  await holds.release(id, act);
  expect(await expire(false)).toMatchObject({ segments: guarded, held: 0 });
  expect(await files()).toEqual([]);
});

test("placing and releasing a hold is audited; one that is released twice, or unknown, is refused", async () => {
  const id = await place({ kind: "segment", subject: segments[0]! });
  expect(await holds.list(false)).toMatchObject([
    { id, subject: segments[0], placedBy: "ann", releasedBy: null },
  ]);
  await holds.release(id, act);
  await expect(holds.release(id, act)).rejects.toMatchObject({ code: "conflict" });
  await expect(holds.release(9_999_999, act)).rejects.toMatchObject({ code: "not-found" });
  expect([await holds.list(false), (await holds.list(true)).length]).toEqual([[], 1]);
  const entries = await prisma.auditEntry.findMany({
    where: { subject: `hold/${id}` },
    orderBy: { recordedAt: "asc" },
  });
  expect(entries.map(({ action }) => action)).toEqual(["hold.placed", "hold.released"]);
});

test("a write-once archive refuses: that is said and audited, and the segment is there as before", async () => {
  const [host, client] = [generateSshKeyPair(), generateSshKeyPair()];
  const keys = { hostKey: host.privateKey, clientKey: client.publicKey };
  const server = await startArchiveServer({ dir: join(made.root, "archive"), ...keys });
  const archive = new SftpArchive({
    ...{
      url: `sftp://tapline@127.0.0.1:${server.port}/`,
      hostKeyPin: host.pin,
      privateKey: client.privateKey,
    },
  });
  await expect(expire(false, archive)).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("write-once"),
  });
  expect(await files()).toHaveLength(6);
  expect((await prisma.segment.findUniqueOrThrow({ where: { id: segments[0]! } })).expiredAt).toBeNull();
  expect((await actionsOf(segments[0]!)).slice(-2)).toEqual(["segment.expired", "segment.expiry-refused"]);
  await archive.close();
  await server.stop();
});
