import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ArchiveCopies, connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { ArchiveSet, SftpArchive } from "@tapline/adapters/sftp";
import { issueHierarchy } from "@tapline/core/encryption";
import { TelemetryRecorder } from "@tapline/core/telemetry";
import { dayOfSegment, objectPaths } from "@tapline/core/transfer";
import {
  type CuttableWire,
  freshDatabase,
  sharedSshd,
  temporaryFolder,
  wireTo,
} from "@tapline/tools/test-servers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { catchUpArchive } from "../jobs/catch-up-archive.ts";
import { MadeArchive } from "./restore/archive.fixture.ts";

// Each command is a process of its own: seconds each on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const nowEpochMs = Date.UTC(2026, 10, 23, 12);
const command = join(import.meta.dirname, "../../bin/tapline.mjs");

type Place = {
  readonly name: string;
  readonly rootDir: string;
  readonly wire: CuttableWire & { readonly url: string };
  /** As the plan has it. */
  readonly target: object;
};

let base: string;
let databaseUrl: string;
let prisma: PrismaClient;
let made: MadeArchive;
let places: Place[];
let hostKeyPin: string;
let privateKey: string;
let segments: string[];

beforeEach(async () => {
  [base, databaseUrl] = [await temporaryFolder(), await freshDatabase()];
  prisma = connectPrisma(databaseUrl);
  made = await MadeArchive.make(join(base, ".tapline"), nowEpochMs);
  segments = [
    await made.addTaps([{ trackerSeq: 1, seq: 1 }], nowEpochMs),
    await made.addTaps([{ trackerSeq: 2, seq: 2 }], nowEpochMs + 1),
  ];
  places = await Promise.all(["near", "far"].map(openPlace));
  const plan = { mode: "mirror", targets: places.map(({ target }) => target) };
  await writeFile(join(base, "archives.json"), JSON.stringify(plan));
});
afterEach(async () => {
  await Promise.all(places.map(({ wire }) => wire.down().catch(() => undefined)));
  await prisma.$disconnect();
});

/** A server that holds all that was made. */
async function openPlace(name: string): Promise<Place> {
  const sshd = await sharedSshd();
  ({ hostKeyPin, privateKey } = sshd);
  const wire = await wireTo(sshd.url);
  await cp(join(made.root, "archive"), sshd.rootDir, { recursive: true });
  const target = { name, url: wire.url, hostKeys: [sshd.hostKeyPin], keyFile: sshd.privateKeyFile };
  return { name, rootDir: sshd.rootDir, wire, target };
}

/** Runs the real command in `base`, on the plan of both archives. */
async function tapline(...args: string[]) {
  const env = { DATABASE_URL: databaseUrl, TAPLINE_ARCHIVES: join(base, "archives.json") };
  return await new Promise<{ code: number; out: string; err: string; lines: () => object[] }>((resolve) => {
    const options = { cwd: base, env };
    execFile(process.execPath, [command, "archive", ...args], options, (error, out, err) => {
      const lines = () =>
        out
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line));
      resolve({ code: error === null ? 0 : Number(error.code), out, err, lines });
    });
  });
}

const at = (place: number, path: string): string => join(places[place]!.rootDir, path);

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 2]! ^= 1;
  await writeFile(path, bytes);
}

const waiting = () => new ArchiveCopies(prisma).waiting();

/** Works as the transfer workers do, until nothing is left. */
async function catchUp(): Promise<void> {
  const archives = places.map(({ name, wire }) => {
    const settings = { url: wire.url, hostKeyPin, privateKey, backoffMinMs: 1, backoffMaxMs: 5 };
    return { name, archive: new SftpArchive(settings) };
  });
  const [near, ...others] = archives;
  const parts = {
    ...{ copies: new ArchiveCopies(prisma), archives: new ArchiveSet([near!, ...others]), clock: Date.now },
    telemetry: new TelemetryRecorder("test"),
    onFault: (_: unknown, error: unknown) => {
      throw error;
    },
  };
  while ((await catchUpArchive(parts)) || (await waiting()).length > 0);
  await parts.archives.close();
}

/** The index as it is once both archives hold all. */
async function index(): Promise<void> {
  expect((await tapline("reindex", "--yes")).code).toBe(0);
}

test("restore, export and open take each segment from the first archive that has it unaltered", async () => {
  const [first, second] = segments.map(objectPaths);
  await flip(at(0, first!.object));
  await rm(at(0, second!.object));
  const restored = await tapline("restore", "--out", "out");
  expect(restored).toMatchObject({ code: 0, out: expect.stringContaining("2 segments: 2 restored") });
  expect(restored.err).toMatch(/^archive near was passed over: .*SHA-256/);
  const alone = await tapline("restore", "--out", "alone", "--target", "near", "--json");
  expect(alone.code).toBe(1);
  expect(alone.lines()).toMatchObject([{ restored: 0, failed: [{}, {}] }]);

  await places[0]!.wire.down();
  expect(await tapline("export", "--ndjson", "--out", "tables", "--json")).toMatchObject({ code: 0 });
  expect(await readdir(join(base, "tables"))).toEqual(["taps-2026-11-23.ndjson"]);
  const opened = await tapline("open", segments[0]!, "--out", "lines.gz");
  expect(opened).toMatchObject({ code: 0, err: expect.stringContaining("archive near was passed over") });

  await places[1]!.wire.down();
  const none = await tapline("restore", "--out", "none");
  expect(none).toMatchObject({ code: 1, err: expect.stringContaining("2 of 2 archives do not answer") });
  const unknown = await tapline("restore", "--out", "none", "--target", "elsewhere");
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining("no archive elsewhere")]);
  expect(unknown.err).toContain("one of: near, far");
});

test("verify looks at each archive, and names the one that is at fault or away", async () => {
  await index();
  const part = await tapline("verify", "--json", "--target", "near", "--segment", segments[0]!);
  expect(part.lines()).toMatchObject([{ archive: "near", readBack: { objects: 2, readBack: 1 } }]);
  expect((await tapline("verify", "--json")).lines()).toMatchObject([
    { archive: "near", segments: 2, decrypted: 2, faults: 0, readBack: { objects: 2, readBack: 2 } },
    { archive: "far", segments: 2, decrypted: 2, faults: 0, readBack: { objects: 2, readBack: 2 } },
    { archives: 2, away: [], faults: 0, doubled: 0 },
  ]);
  await flip(at(1, objectPaths(segments[0]!).object));
  const found = await tapline("verify");
  expect(found).toMatchObject({ code: 2, out: expect.stringContaining("fault: archive far: 2026/11/23/") });
  expect(await tapline("verify", "--target", "near")).toMatchObject({ code: 0 });
  await places[1]!.wire.down();
  const away = await tapline("verify", "--json");
  expect(away.code).toBe(1);
  expect(away.lines().at(-1)).toMatchObject({ away: ["far"], faults: 0 });
});

test("drills go to the archives in turn, and past one that is away", async () => {
  await index();
  const drill = async (...args: string[]) => (await tapline("drill", "--now", "--json", ...args)).lines()[0];
  expect(await drill()).toMatchObject({ target: "near", outcome: "proven" });
  expect(await drill()).toMatchObject({ target: "far", outcome: "proven" });
  expect(await drill("--target", "far")).toMatchObject({ target: "far", outcome: "proven" });
  await places[0]!.wire.down();
  expect(await drill()).toMatchObject({ target: "far", outcome: "proven" });
});

test("reindex reads all archives, goes on without one that is not needed, and refuses without too many", async () => {
  await rm(at(0, objectPaths(segments[1]!).manifest));
  await rm(at(1, objectPaths(segments[0]!).manifest));
  const both = await tapline("reindex", "--yes", "--json");
  expect(both.lines()).toMatchObject([{ adopted: 2, faults: 0 }]);
  // Each has lost the manifest of one: the other one's copy alone is noted.
  const held = async () =>
    (await prisma.segmentCopy.findMany({ orderBy: [{ target: "asc" }, { segmentId: "asc" }] })).map(
      ({ target, segmentId }) => `${target} ${segments.indexOf(segmentId)}`,
    );
  expect(await held()).toEqual(["far 1", "near 0"]);
  for (const [to, from, lost] of [
    [0, 1, segments[1]!],
    [1, 0, segments[0]!],
  ] as const)
    await cp(at(from, objectPaths(lost).manifest), at(to, objectPaths(lost).manifest));
  await truncate(at(1, objectPaths(segments[0]!).object), 10);
  expect((await tapline("reindex", "--dry-run")).code).toBe(0);
  expect(await held()).toEqual(["far 1", "near 0"]);
  const again = await tapline("reindex", "--yes", "--json");
  expect(again.lines()).toMatchObject([{ known: 4, adopted: 0, faults: 0 }]);
  expect(await held()).toEqual(["far 1", "near 0", "near 1"]);
  await places[0]!.wire.down();
  expect(await tapline("reindex", "--yes")).toMatchObject({
    code: 0,
    err: expect.stringContaining("archive near was"),
  });
  await places[1]!.wire.down();
  expect(await tapline("reindex", "--yes")).toMatchObject({
    code: 1,
    err: expect.stringContaining("2 of 2 archives"),
  });
});

test("a rewrap is made once, copied to the other archive, also one that is new, and expires with its segment", async () => {
  await index();
  const next = await issueHierarchy({ nowEpochMs, organisation: "Next", agents: [], hosts: [] });
  await mkdir(join(base, "next"));
  for (const [name, { pem }] of Object.entries(next)) await writeFile(join(base, "next", name), pem);
  const rewrap = (...args: string[]) =>
    tapline("rewrap", "--to", "next/archive.crt", "--reason", "new safe", "--yes", "--json", ...args);
  expect((await rewrap("--target", "far")).lines()).toMatchObject([{ rewrapped: 2, failed: 0 }]);
  expect((await rewrap()).lines()).toMatchObject([{ rewrapped: 0, present: 2, failed: 0 }]);
  expect(await waiting()).toEqual([{ target: "near", tasks: 2 }]);
  const day = dayOfSegment(segments[0]!);
  const filesAt = (place: number) => readdir(at(place, day)).then((names) => names.sort());
  expect(await filesAt(0)).toHaveLength(6);
  await catchUp();
  expect(await filesAt(0)).toEqual(await filesAt(1));
  const reads = ["--cert", "next/archive.crt", "--key", "next/archive.key", "--target", "near", "--json"];
  expect((await tapline("restore", "--out", "out", ...reads)).lines()).toMatchObject([{ restored: 2 }]);
  const entry = await prisma.auditEntry.findFirst({ where: { action: "segment.rewraps-copied" } });
  expect(JSON.parse(Buffer.from(entry!.bytes).toString("utf8")).facts).toEqual({
    target: "near",
    rewraps: 1,
  });

  await rm(at(0, "2026"), { recursive: true });
  await prisma.$executeRaw`DELETE FROM segment_copy WHERE target = 'near'`;
  await prisma.$executeRaw`UPDATE segment SET archived_at = archived_at - interval '5 minutes'`;
  await catchUp();
  expect(await filesAt(0)).toEqual(await filesAt(1));

  expect((await tapline("expire", "--before", "2026-11-24", "--reason", "old", "--yes")).code).toBe(0);
  expect([await filesAt(0), await filesAt(1)]).toEqual([[], []]);
});

test("expire removes from each archive of the plan, and does the rest once one is back", async () => {
  await index();
  const expire = () =>
    tapline("expire", "--before", "2026-11-24", "--reason", "a year is over", "--yes", "--json");
  await places[0]!.wire.down();
  const some = await expire();
  expect(some).toMatchObject({
    code: 1,
    err: expect.stringContaining("archive near: nothing more was removed"),
  });
  expect(some.lines()).toMatchObject([{ archive: "far", segments: 2, held: 0 }]);
  expect(await readdir(at(1, "2026/11/23"))).toEqual([]);
  await places[0]!.wire.up();
  expect((await expire()).lines()).toMatchObject([
    { archive: "near", segments: 2 },
    { archive: "far", segments: 0 },
  ]);
  expect(await readdir(at(0, "2026/11/23"))).toEqual([]);
});
