import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ArchiveHolds, ArchiveIndex } from "@tapline/adapters/prisma";
import { SftpArchive } from "@tapline/adapters/sftp";
import { issueHierarchy, readRecipient, sealEnvelope, signDetached } from "@tapline/core/encryption";
import { hasCode, sha256Hex, uuidV7 } from "@tapline/core/kernel";
import { archivedSegments, buildManifest, objectPaths, type SegmentMember } from "@tapline/core/transfer";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { sharedSshd } from "../../../../tools/test-servers/index.ts";
import { setUpPath, type TestPath } from "../path.fixture.ts";
import { type ReconcileParts, reconcileArchive } from "./reconcile-archive.ts";

let path: TestPath;
let index: ArchiveIndex;
let archive: SftpArchive;
let rootDir: string;
let faults: { segment: string; error: unknown }[];

beforeAll(async () => {
  path = await setUpPath();
  index = new ArchiveIndex(path.prisma);
});
beforeEach(async () => {
  await path.prisma.$executeRaw`TRUNCATE segment, segment_copy, segment_key, tap_run, agent_run`;
  const sshd = await sharedSshd();
  rootDir = sshd.rootDir;
  archive = new SftpArchive({ url: sshd.url, hostKeyPin: sshd.hostKeyPin, privateKey: sshd.privateKey });
  faults = [];
});
afterAll(() => path.end());

const member = (tracker: string, trackerSeq: number): SegmentMember => ({
  tracker,
  trackerEpoch: 1,
  trackerSeq,
  agent: "gate-1",
  epoch: 1,
  seq: trackerSeq,
  digest: createHash("sha256").update(`${tracker}/${trackerSeq}`).digest(),
});

/** A segment as a worker leaves it in the archive when it dies before PostgreSQL is told. */
async function orphan(members: SegmentMember[], files: Record<string, { pem: string }> = path.files) {
  const nowEpochMs = Date.now();
  const segment = uuidV7(nowEpochMs, randomBytes);
  const packed = gzipSync("plain");
  const recipients = [readRecipient(path.files["archive.crt"]!.pem)];
  const { object, objectSha256 } = sealEnvelope(packed, recipients);
  const facts = {
    segment,
    createdAtEpochMs: nowEpochMs,
    taps: members.length,
    firstReadAtEpochMs: nowEpochMs,
    lastReadAtEpochMs: nowEpochMs,
    plainBytes: 5,
    plainSha256: sha256Hex(Buffer.from("plain")),
    objectBytes: object.length,
    objectSha256,
    recipients,
    members,
  };
  const signer = {
    certPem: files["signer.crt"]!.pem,
    keyPem: files["signer.key"]!.pem,
    chainPem: [files["intermediate.crt"]!.pem],
  };
  const { manifest, treeHead } = buildManifest(facts);
  const signature = signDetached(manifest, signer, nowEpochMs, treeHead);
  const paths = objectPaths(segment);
  await archive.put(paths.object, object);
  await archive.put(paths.signature, signature);
  await archive.put(paths.manifest, manifest);
  return segment;
}

async function reconcile(changes: Partial<ReconcileParts> = {}) {
  const trust = await readFile(join(path.pki, "trust.pem"), "utf8");
  return await reconcileArchive("", {
    archive,
    index,
    ...{ clock: Date.now, holds: new ArchiveHolds(path.prisma, Date.now), copies: () => ["main"] },
    trust: { rootPems: [trust], crlPems: [trust] },
    onFault: (segment, error) => faults.push({ segment, error }),
    onSettled: () => undefined,
    onKnown: () => Promise.resolve(),
    ...changes,
  });
}

const counted = () => Array.fromAsync(archivedSegments(archive));
const actionsOf = async (segment: string) =>
  (await path.prisma.auditEntry.findMany({ where: { subject: `segment/${segment}` } })).map(
    ({ action }) => action,
  );

test("a segment that the index does not know is adopted, with every name of its taps and an audit entry", async () => {
  const segment = await orphan([member("a", 4), member("a", 5), member("b", 1)]);
  expect(await reconcile()).toEqual({ known: 0, adopted: 1, quarantined: 0, faults: 0 });
  const [held] = await index.findTaps([{ tracker: "a", trackerEpoch: 1, trackerSeq: 5 }]);
  const digest = member("a", 5).digest.toString("hex", 0, 8);
  expect(held).toEqual({ highest: 5, held: { segment, digest } });
  expect(await index.findAgentTaps([{ agent: "gate-1", epoch: 1, seq: 4 }])).toEqual([segment]);
  expect(await actionsOf(segment)).toEqual(["segment.adopted"]);
  expect(await reconcile()).toEqual({ known: 1, adopted: 0, quarantined: 0, faults: 0 });
});

test("a segment adopted before is adopted again where the index was lost and the audit log was not", async () => {
  const segment = await orphan([member("a", 1)]);
  await reconcile();
  await path.prisma.$executeRaw`TRUNCATE segment, segment_copy, segment_key, tap_run, agent_run`;
  expect(await reconcile()).toMatchObject({ adopted: 1 });
  expect((await index.standing(segment)).recorded).toBe(true);
});

test("one whose taps lie in another segment goes to quarantine: its bytes stay, the archive counts it no more", async () => {
  const first = await orphan([member("a", 1), member("a", 2)]);
  await reconcile();
  const second = await orphan([member("a", 2), member("a", 3)]);
  expect(await reconcile()).toEqual({ known: 1, adopted: 0, quarantined: 1, faults: 0 });
  expect(await counted()).toEqual([first]);
  expect(await readdir(join(rootDir, "quarantine"))).toHaveLength(3);
  expect((await index.standing(second)).recorded).toBe(false);
  expect(await actionsOf(second)).toEqual(["segment.quarantined"]);
});

test("a hold keeps it where it is, which is told; once released it goes", async () => {
  await orphan([member("h", 1)]);
  await reconcile();
  const second = await orphan([member("h", 1)]);
  const [holds, act] = [
    new ArchiveHolds(path.prisma, Date.now),
    { actor: { kind: "operator", id: "ann" }, reason: "court" } as const,
  ];
  const id = await holds.place(
    { kind: "tracker", subject: "h", firstDay: null, lastDay: null, reason: "court" },
    act,
  );
  expect(await reconcile()).toMatchObject({ quarantined: 0, faults: 1 });
  expect(faults).toEqual([{ segment: second, error: expect.objectContaining({ code: "conflict" }) }]);
  expect(await counted()).toHaveLength(2);
  await holds.release(id, act);
  expect(await reconcile()).toMatchObject({ quarantined: 1, faults: 0 });
});

test("a manifest that another authority signed is a fault, named, and changes nothing", async () => {
  const forgers = await issueHierarchy({
    nowEpochMs: Date.now(),
    organisation: "Forgers",
    agents: [],
    hosts: [],
  });
  const forged = await orphan([member("a", 1)], forgers);
  const good = await orphan([member("b", 1)]);
  expect(await reconcile()).toEqual({ known: 0, adopted: 1, quarantined: 0, faults: 1 });
  expect(faults.map(({ segment }) => segment)).toEqual([forged]);
  expect((await index.standing(forged)).recorded).toBe(false);
  expect((await index.standing(good)).recorded).toBe(true);
  expect(await counted()).toHaveLength(2);
  expect(await actionsOf(forged)).toEqual([]);
});

test("two processes that settle the same segments at once agree: each is adopted once, none is taken away", async () => {
  const made = await Promise.all([1, 2, 3, 4].map((seq) => orphan([member("a", seq)])));
  const sums = await Promise.all([reconcile(), reconcile()]);
  expect(sums.map(({ quarantined, faults: broken }) => quarantined + broken)).toEqual([0, 0]);
  expect(await index.knownSegments(made)).toEqual(new Set(made));
  expect(await counted()).toHaveLength(4);
});

test("one that was withdrawn is never adopted, though its files were not moved in time", async () => {
  const segment = await orphan([member("a", 1)]);
  const entry = {
    version: 1 as const,
    id: uuidV7(Date.now(), randomBytes),
    atEpochMs: Date.now(),
    actor: { kind: "job" as const, id: "transfer" },
    action: "segment.quarantined" as const,
    subject: `segment/${segment}`,
    reason: null,
    facts: {},
  };
  expect(await index.withdraw(segment, entry, [])).toBe(true);
  expect(await reconcile()).toMatchObject({ adopted: 0, quarantined: 1 });
  expect(await counted()).toEqual([]);
  expect(await actionsOf(segment)).toHaveLength(1);
});

test("an archive that falls silent ends the run instead of passing for faults", async () => {
  await orphan([member("a", 1)]);
  const segments = await Array.fromAsync(archivedSegments(archive));
  expect(segments).toHaveLength(1);
  const silent: ReconcileParts["archive"] = {
    list: (dir) => archive.list(dir),
    stat: (name) => archive.stat(name),
    quarantine: (id) => archive.quarantine(id),
    read: async (name) => {
      await archive.close();
      return archive.read(name);
    },
  };
  const ended = await reconcile({ archive: silent }).catch((error: unknown) => error);
  expect(hasCode(ended, "unavailable")).toBe(true);
  expect(faults).toEqual([]);
});
