import { randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ArchiveCopies, ArchiveIndex } from "@tapline/adapters/prisma";
import { ArchiveSet, SftpArchive } from "@tapline/adapters/sftp";
import { newEntry } from "@tapline/core/audit";
import { hasCode, sha256 } from "@tapline/core/kernel";
import { TelemetryRecorder } from "@tapline/core/telemetry";
import { agentRuns, objectPaths, tapRuns } from "@tapline/core/transfer";
import { type CuttableWire, sharedSshd, wireTo } from "@tapline/tools/test-servers";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { setUpPath, type TestPath } from "../path.fixture.ts";
import { catchUpArchive } from "./catch-up-archive.ts";
import { sealedSegment } from "./sealed-segment.fixture.ts";

const names = ["a", "b", "c"] as const;

type Place = {
  readonly name: string;
  readonly rootDir: string;
  readonly wire: CuttableWire;
  readonly archive: SftpArchive;
};

let path: TestPath;
let index: ArchiveIndex;
let copies: ArchiveCopies;
let places: Place[];
let faults: { target: string; error: unknown }[];

beforeAll(async () => {
  path = await setUpPath();
  index = new ArchiveIndex(path.prisma);
  copies = new ArchiveCopies(path.prisma);
  await index.declareGeneration("life-1", entryOf("buffer.opened", "buffer/0"));
});
beforeEach(async () => {
  await path.prisma
    .$executeRaw`TRUNCATE segment, segment_copy, segment_key, tap_run, agent_run, archive_task, archive_target`;
  places = await Promise.all(names.map(openPlace));
  faults = [];
});
afterEach(async () => {
  await Promise.all(places.map(({ archive }) => archive.close()));
  await Promise.all(places.map(({ wire }) => wire.down()));
});
afterAll(() => path.end());

async function openPlace(name: string): Promise<Place> {
  const sshd = await sharedSshd();
  const wire = await wireTo(sshd.url);
  const archive = new SftpArchive({
    ...{ url: wire.url, hostKeyPin: sshd.hostKeyPin, privateKey: sshd.privateKey },
    ...{ backoffMinMs: 1, backoffMaxMs: 5 },
  });
  return { name, rootDir: sshd.rootDir, wire, archive };
}

const place = (name: string): Place => {
  const found = places.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no place ${name}`);
  return found;
};

function setOf(mode: "mirror" | "fail-over", quorum: number): ArchiveSet {
  const [first, ...others] = places;
  if (first === undefined) throw new Error("no places");
  return new ArchiveSet(
    [first, ...others],
    { mode, quorum },
    { onFault: (target, _, error) => faults.push({ target, error }) },
  );
}

const takeAway = (name: string) => place(name).wire.down();
const bringBack = (name: string) => place(name).wire.up();

const entryOf = (action: "buffer.opened" | "segment.archived" | "segment.quarantined", subject: string) =>
  newEntry(Date.now(), randomBytes, {
    ...{ actor: { kind: "job", id: "test" }, action, subject, reason: null, facts: {} },
  });

const sealed = () => sealedSegment(path.files["archive.crt"]!.pem);

type Sealed = ReturnType<typeof sealed>;

/** Records it as the transfer stage does, some minutes ago. */
async function record({ id, member, nowEpochMs, files }: Sealed, held: readonly string[]): Promise<void> {
  await index.recordEnd({
    ...{ id, generation: "life-1", copies: held, quarantine: [], duplicateRuns: [], moreEntries: [] },
    segment: {
      ...{ id, objectPath: objectPaths(id).object, objectBytes: files.object.length, taps: 1, keyIds: [] },
      ...{ objectDigest: sha256(files.object), manifestDigest: sha256(files.manifest) },
      ...{ firstReadAtEpochMs: nowEpochMs, lastReadAtEpochMs: nowEpochMs },
      ...{ tapRuns: tapRuns([member]), agentRuns: agentRuns([member]) },
    },
    entry: entryOf("segment.archived", `segment/${id}`),
  });
  await path.prisma.$executeRaw`UPDATE segment SET archived_at = archived_at - interval '5 minutes'`;
}

async function store(set: ArchiveSet): Promise<Sealed & { held: string[] }> {
  const segment = sealed();
  const held = await set.storeSegment(segment.id, segment.files);
  await record(segment, held);
  return { ...segment, held };
}

/** Works until nothing is left, the waits after a failed attempt skipped. */
async function catchUp(set: ArchiveSet, steps = 100): Promise<void> {
  const telemetry = new TelemetryRecorder("test");
  const parts = { copies, archives: set, telemetry, clock: Date.now };
  for (let step = 0; step < steps; step++) {
    const onFault = (task: { target: string }, error: unknown) =>
      void faults.push({ target: task.target, error });
    await catchUpArchive({ ...parts, onFault });
    if ((await path.prisma.archiveTask.count()) === 0) return;
    await path.prisma.$executeRaw`UPDATE archive_task SET next_at = now() - interval '1 second'`;
  }
}

const holders = async (segment: string): Promise<string[]> =>
  (await path.prisma.segmentCopy.findMany({ where: { segmentId: segment }, orderBy: { target: "asc" } })).map(
    ({ target }) => target,
  );

async function expectWhole({ id, files }: Sealed, name: string): Promise<void> {
  const paths = objectPaths(id);
  const read = (file: string) => readFile(join(place(name).rootDir, file));
  expect((await read(paths.object)).equals(files.object), name).toBe(true);
  expect((await read(paths.manifest)).equals(files.manifest), name).toBe(true);
  expect((await read(paths.signature)).equals(files.signature), name).toBe(true);
}

test("a segment goes to all mirrors", async () => {
  const segment = await store(setOf("mirror", 2));
  expect(segment.held.toSorted()).toEqual(["a", "b", "c"]);
  for (const name of names) await expectWhole(segment, name);
});

test("an archive that is away holds nobody up, and gets its copies once it is back", async () => {
  const set = setOf("mirror", 2);
  await takeAway("c");
  const [first, second] = [await store(set), await store(set)];
  expect([first.held.toSorted(), second.held.toSorted()]).toEqual([
    ["a", "b"],
    ["a", "b"],
  ]);
  await catchUp(set, 3);
  expect(await path.prisma.archiveTask.count()).toBe(2);
  await bringBack("c");
  await expect
    .poll(async () => await catchUp(set).then(() => path.prisma.archiveTask.count()), { timeout: 20_000 })
    .toBe(0);
  for (const segment of [first, second]) {
    await expectWhole(segment, "c");
    expect(await holders(segment.id)).toEqual(["a", "b", "c"]);
    const subject = `segment/${segment.id}`;
    expect(await path.prisma.auditEntry.count({ where: { subject, action: "segment.copied" } })).toBe(1);
  }
});

test("an archive that falls silent holds up a segment no longer than the others need again", async () => {
  const set = setOf("mirror", 2);
  await store(set);
  place("b").wire.state.silent = true;
  const { held } = await store(set);
  expect(held.toSorted()).toEqual(["a", "c"]);
});

test("where too few can hold a segment it waits, and is stored whole at the next attempt", async () => {
  const set = setOf("mirror", 2);
  await takeAway("b");
  await takeAway("c");
  const segment = sealed();
  await expect(set.storeSegment(segment.id, segment.files)).rejects.toSatisfy((e) =>
    hasCode(e, "unavailable"),
  );
  await bringBack("b");
  await expect
    .poll(
      () =>
        set.storeSegment(segment.id, segment.files).then(
          (held) => held.toSorted(),
          () => [],
        ),
      { timeout: 20_000 },
    )
    .toEqual(["a", "b"]);
  for (const name of ["a", "b"]) await expectWhole(segment, name);
});

test("an archive that is named later is filled, by several processes side by side, each segment once", async () => {
  const before = new ArchiveSet([place("a")]);
  const segments: Sealed[] = [];
  for (let i = 0; i < 12; i++) segments.push(await store(before));
  const set = new ArchiveSet([place("a"), place("b")]);
  await Promise.all([catchUp(set), catchUp(set), catchUp(set)]);
  for (const segment of segments) {
    await expectWhole(segment, "b");
    const subject = `segment/${segment.id}`;
    expect(await path.prisma.auditEntry.count({ where: { subject, action: "segment.copied" } })).toBe(1);
  }
  expect(faults).toEqual([]);
});

test("what a killed process had taken is done by another once its lease is over", async () => {
  const segment = await store(new ArchiveSet([place("a")]));
  const set = new ArchiveSet([place("a"), place("b")]);
  await copies.scan("b", 10, 1_000);
  expect(await copies.take(["b"], 60_000)).toMatchObject({ kind: "copy", segment: segment.id, attempts: 1 });
  expect(await copies.take(["b"], 60_000)).toBeNull();
  await path.prisma.$executeRaw`UPDATE archive_task SET leased_until = now() - interval '1 second'`;
  await catchUp(set);
  await expectWhole(segment, "b");
});

test("a damaged copy is never passed on: another archive's is taken, and where none is good, that is said", async () => {
  const set = new ArchiveSet([place("a"), place("b")]);
  const segment = await store(set);
  const object = objectPaths(segment.id).object;
  const damage = (name: string) => writeFile(join(place(name).rootDir, object), Buffer.alloc(10));
  await damage("a");
  await catchUp(new ArchiveSet([place("a"), place("b"), place("c")]));
  await expectWhole(segment, "c");
  const other = await store(new ArchiveSet([place("a")]));
  await writeFile(join(place("a").rootDir, objectPaths(other.id).object), Buffer.alloc(10));
  await catchUp(set, 2);
  expect(String(faults.at(-1)?.error)).toContain("cannot be copied to b: a:");
  expect(
    await readdir(join(place("b").rootDir, objectPaths(other.id).object, "..")).then(String),
  ).not.toContain(other.id);
});

test("a segment that is withdrawn while an archive is away leaves that one's count once it is back", async () => {
  const set = setOf("mirror", 2);
  const segment = sealed();
  await set.storeSegment(segment.id, segment.files);
  await takeAway("c");
  const entry = entryOf("segment.quarantined", `segment/${segment.id}`);
  expect(await index.withdraw(segment.id, entry, set.names)).toBe(true);
  await set.quarantine(segment.id);
  await bringBack("c");
  await expect
    .poll(async () => await catchUp(set).then(() => path.prisma.archiveTask.count()), { timeout: 20_000 })
    .toBe(0);
  for (const name of names) {
    expect((await readdir(join(place(name).rootDir, "quarantine"))).length, name).toBe(3);
    await expect(readFile(join(place(name).rootDir, objectPaths(segment.id).manifest))).rejects.toThrow(
      "ENOENT",
    );
  }
});

test("with fail-over the next archive takes what the first cannot, and the first gets it later", async () => {
  const set = setOf("fail-over", 1);
  await takeAway("a");
  const segment = await store(set);
  expect(segment.held).toEqual(["b"]);
  await bringBack("a");
  await expect
    .poll(async () => await catchUp(set).then(() => holders(segment.id)), { timeout: 20_000 })
    .toEqual(["a", "b"]);
  await expectWhole(segment, "a");
});

test("a set is read where one of them is away; where one that counts may be missed, a listing is refused", async () => {
  const set = setOf("mirror", 2);
  const segment = await store(set);
  const { object, manifest } = objectPaths(segment.id);
  await takeAway("a");
  expect((await set.read(object)).equals(segment.files.object)).toBe(true);
  expect((await set.list(object.slice(0, object.lastIndexOf("/")))).map(({ name }) => name)).toHaveLength(3);
  expect(await set.stat(manifest)).toMatchObject({ bytes: segment.files.manifest.length });
  await takeAway("b");
  expect((await set.read(object)).equals(segment.files.object)).toBe(true);
  await expect(set.list("")).rejects.toSatisfy((e) => hasCode(e, "unavailable"));
});
