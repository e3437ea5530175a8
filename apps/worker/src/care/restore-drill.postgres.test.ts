import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  ArchiveHolds,
  ArchiveIndex,
  connectPrisma,
  type PrismaClient,
  RestoreDrills,
  Turns,
} from "@tapline/adapters/prisma";
import { DirectoryArchive } from "@tapline/adapters/sftp";
import { readRecipient } from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import { objectPaths, rewrapPaths } from "@tapline/core/transfer";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { freshDatabase, temporaryFolder } from "../../../../tools/test-servers/index.ts";
import { MadeArchive } from "../cli/restore/archive.fixture.ts";
import { reconcileArchive } from "../jobs/reconcile-archive.ts";
import { keyFilesIn } from "../keys/key-folder.ts";
import { startDrills } from "../roles/drill.ts";
import { type DrillParts, restoreDrill } from "./restore-drill.ts";
import { rewrapSegment } from "./rewrap-segment.ts";

const nowEpochMs = Date.UTC(2026, 10, 23, 12);
const dayMs = 24 * 3600 * 1000;
const job = { kind: "job", id: "audit" } as const;
let url: string;
let prisma: PrismaClient;
let drills: RestoreDrills;
let base: string;
let made: MadeArchive;
let segments: string[];

beforeAll(async () => {
  url = await freshDatabase();
  prisma = connectPrisma(url);
  drills = new RestoreDrills(prisma);
});
afterAll(() => prisma.$disconnect());
beforeEach(async () => {
  await prisma.$executeRaw`TRUNCATE segment, segment_copy, segment_key, tap_run, agent_run, restore_drill, installation_fact`;
  base = await temporaryFolder();
  made = await MadeArchive.make(join(base, ".tapline"), nowEpochMs);
  segments = [
    await made.addTaps([tap(1), tap(2)], nowEpochMs),
    await made.addTaps([tap(3)], nowEpochMs + 10 * dayMs),
    await made.addTaps([tap(4), { ...tap(6), agent: "gate10" }, tap(5)], nowEpochMs + 20 * dayMs),
  ];
  await reconcileArchive("", {
    ...{ archive: archive(), index: new ArchiveIndex(prisma), trust: trust(), clock: () => nowEpochMs },
    ...{ holds: new ArchiveHolds(prisma, Date.now), copies: () => ["main"] },
    onFault: (_, error) => {
      throw error;
    },
    onSettled: () => undefined,
    onKnown: () => Promise.resolve(),
  });
});

const tap = (n: number) => ({ trackerSeq: n, seq: n });
const archive = () => new DirectoryArchive(join(made.root, "archive"));
const trust = () => ({ rootPems: [made.pem("trust.pem")], crlPems: [made.pem("trust.pem")] });
const pki = (name: string) => join(made.root, "pki", name);

function drill(changes: Partial<DrillParts> & { readonly drawn?: number } = {}) {
  const { drawn = 0, ...parts } = changes;
  return restoreDrill(
    { actor: job },
    {
      ...{ drills, targets: [{ name: "main", archive: archive() }], trust: trust(), clock: Date.now },
      keyFiles: () => keyFilesIn(join(made.root, "pki")),
      ...{ among: null, chance: () => drawn },
      ...parts,
    },
  );
}

const actions = async () => {
  const rows = await prisma.auditEntry.findMany({ where: { action: { startsWith: "restore." } } });
  return rows
    .sort((a, b) => a.recordedAt.getTime() - b.recordedAt.getTime())
    .slice(-1)
    .map((row) => row.action);
};

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 3]! ^= 4;
  await writeFile(path, bytes);
}

test("a segment of any age is drawn, restored in a process of its own and found equal to its proof", async () => {
  for (const [drawn, at, taps] of [
    [0, 0, 2],
    [0.4, 1, 1],
    [0.999, 2, 3],
  ] as const) {
    expect(await drill({ drawn })).toMatchObject({
      segment: segments[at],
      outcome: "proven",
      taps,
      detail: "",
    });
  }
  expect(await actions()).toEqual(["restore.proven"]);
  const standing = await drills.standing(Date.now());
  expect(standing.provenAtEpochMs).toBeGreaterThan(nowEpochMs);
  expect(standing.firstArchivedAtEpochMs).toEqual(expect.any(Number));
  expect(standing.readBack).toEqual([{ archive: "main", objects: 3, readBack: 3 }]);
  expect((await drills.standing(Date.now() + 2 * dayMs)).readBack).toEqual([]);
});

test("without a key it says so: nothing was decrypted, and nothing counts as proven", async () => {
  expect(await drill({ keyFiles: null })).toMatchObject({ outcome: "sealed", taps: 0 });
  expect(await actions()).toEqual(["restore.sealed"]);
  expect((await drills.standing(Date.now())).provenAtEpochMs).toBeNull();
});

test("a flipped bit in the object, another digest in the index, a key that is gone: the drill fails and says why", async () => {
  const other = await MadeArchive.make(join(base, "other"), nowEpochMs);
  const { ski } = readRecipient(made.pem("archive.crt"));
  expect(await drill({ keyFiles: () => keyFilesIn(join(other.root, "pki")) })).toMatchObject({
    outcome: "sealed",
    detail: expect.stringContaining(`it opens with key id ${ski}`),
  });
  const gone = { certFile: pki("archive.crt"), keyFile: pki("none.key") };
  expect(await drill({ keyFiles: async () => new Map([[ski, gone]]) })).toMatchObject({
    outcome: "failed",
    detail: expect.stringContaining("ENOENT"),
  });
  await prisma.tapRun.updateMany({
    where: { segmentId: segments[0]! },
    data: { digests: new Uint8Array(16) },
  });
  expect(await drill()).toMatchObject({
    outcome: "failed",
    detail: expect.stringContaining("not those of its proof"),
  });
  await flip(made.local(objectPaths(segments[1]!).object));
  expect(await drill({ drawn: 0.4 })).toMatchObject({
    outcome: "failed",
    detail: expect.stringContaining("SHA-256"),
  });
  expect(await actions()).toEqual(["restore.failed"]);
  expect(await prisma.restoreDrill.count()).toBe(4);
});

test("a key that reads by a rewrap proves as well, and a rewrap that was changed fails", async () => {
  const next = await MadeArchive.make(join(base, "next"), nowEpochMs);
  const added = readRecipient(next.pem("archive.crt"));
  await rewrapSegment(segments[0]!, {
    ...{ archive: archive(), keys: made.rack("archive"), added, signer: made.signer, trust: trust() },
    ...{ clock: () => nowEpochMs, dryRun: false },
  });
  const keyFiles = () => keyFilesIn(join(next.root, "pki"));
  expect(await drill({ keyFiles })).toMatchObject({ outcome: "proven", taps: 2 });
  await flip(made.local(rewrapPaths(segments[0]!, added.ski).head));
  expect(await drill({ keyFiles })).toMatchObject({
    outcome: "failed",
    detail: expect.stringContaining("rewrap"),
  });
});

test("an archive that does not answer proves nothing: nothing is recorded", async () => {
  const away = Object.assign(archive(), {
    read: () => Promise.reject(new TaplineError("unavailable", "away")),
  });
  await expect(drill({ targets: [{ name: "main", archive: away }] })).rejects.toMatchObject({
    code: "unavailable",
  });
  expect(await prisma.restoreDrill.count()).toBe(0);
});

test("where nothing is archived there is nothing to restore", async () => {
  await prisma.$executeRaw`TRUNCATE segment, segment_copy, segment_key, tap_run, agent_run`;
  expect(await drill()).toBeNull();
});

test("the schedule holds one drill for all processes, and says how often", async () => {
  const [turns, told]: [Turns, unknown[]] = [new Turns(prisma), []];
  const log = Object.assign(pino({ level: "silent" }), { info: (what: unknown) => told.push(what) });
  const roles = [1, 2].map(() =>
    startDrills({
      ...{ drills, turns, log, everyMs: 3_600_000, telemetry: { count: () => undefined }, trust: trust() },
      ...{ targets: [{ name: "main", archive: archive() }], clock: Date.now, among: null, chance: () => 0 },
      keyFiles: () => keyFilesIn(join(made.root, "pki")),
    }),
  );
  for (let i = 0; i < 200 && told.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  await Promise.all(roles.map((role) => role.stop(1_000)));
  expect(await prisma.restoreDrill.count()).toBe(1);
  expect(await drills.standing(Date.now())).toMatchObject({
    provenAtEpochMs: expect.any(Number),
    everyMs: 3_600_000,
  });
  expect(await turns.take("restore-drill", 3_600_000)).toBe(false);
  expect(await turns.take("restore-drill", 0)).toBe(true);
});

test("a turn that began in the future, by a clock that was wrong, holds nobody up", async () => {
  const turns = new Turns(prisma);
  const fact = { name: "turn.x", value: String(Date.now() + dayMs) };
  await prisma.installationFact.create({ data: fact });
  expect(await turns.take("x", 60_000)).toBe(true);
  expect(await turns.take("x", 60_000)).toBe(false);
});

test("tapline archive drill --now holds one by hand, in the name of who asks", async () => {
  const command = join(import.meta.dirname, "../../bin/tapline.mjs");
  const run = (...args: string[]) =>
    new Promise<{ code: number; out: string }>((resolve) => {
      const options = { cwd: base, env: { DATABASE_URL: url } };
      execFile(process.execPath, [command, "archive", "drill", ...args], options, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), out: out + err }),
      );
    });
  expect(await run("--now", "--by", "ann")).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^proven: segment/),
  });
  const entry = await prisma.auditEntry.findFirstOrThrow({ where: { actorId: "ann" } });
  expect(entry.action).toBe("restore.proven");
  for (const segment of segments) await flip(made.local(objectPaths(segment).object));
  expect(await run("--now")).toMatchObject({ code: 2, out: expect.stringContaining("FAILED: segment") });
}, 60_000);
