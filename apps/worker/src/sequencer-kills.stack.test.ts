import { readFile } from "node:fs/promises";
import { AuditLog } from "@tapline/adapters/prisma";
import { DirectoryArchive } from "@tapline/adapters/sftp";
import { ArchivedLog, openLogSigner, rootOf, walkLog } from "@tapline/core/audit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setUpPath, type TestPath, until } from "./path.fixture.ts";
import { forkWorker, type WorkerProcess } from "./worker-process.fixture.ts";

const around = (call: string): string[] => [`before:${call}`, `after:${call}`];

/** Each step of the sequencer, of the checkpoint, and of their way into the archive. */
const points = [
  "before:auditLog.sequence",
  ...["after:sequence.locked", "after:sequence.placed", "after:sequence.noted"],
  "after:auditLog.sequence",
  ...around("auditLog.head"),
  ...around("archive.put#tile"),
  ...around("archive.put#checkpoint"),
  ...around("archive.remove"),
  ...around("auditLog.keepArchived"),
];
/** More than a tile: in each round one becomes full, and is kept as a node. */
const perRound = 300;
const withinMs = 60_000;

let path: TestPath;
let worker: WorkerProcess | undefined;
let signer: ReturnType<typeof openLogSigner>;
let log: AuditLog;
let written = 0;

beforeAll(async () => {
  path = await setUpPath();
  signer = openLogSigner(await readFile(path.environment.TAPLINE_AUDIT_KEY, "utf8"));
  log = new AuditLog(path.prisma, signer.origin);
});
afterAll(async () => {
  await worker?.kill();
  await path.end();
});

const start = async (): Promise<WorkerProcess> => {
  worker = await forkWorker(path, "audit", { TAPLINE_AUDIT_ARCHIVE_SECONDS: "1" });
  return worker;
};

/** What the newest checkpoint says. */
const signedHead = async () => signer.readHead((await log.head()).signed?.note ?? "");

/** Entries come in transactions of their own, as acts do, while the sequencer works. */
async function write(count: number, inEach: number): Promise<void> {
  for (const end = written + count; written < end; written += inEach)
    await path.prisma.$executeRaw`
      INSERT INTO audit_entry (id, actor_kind, actor_id, action, subject, bytes, leaf_hash)
      SELECT gen_random_uuid(), 'job', 'test', 'gap.swept', 'kill/' || n, bytes, sha256('\\x00'::bytea || bytes)
      FROM generate_series(${written}::int, ${written + inEach - 1}::int) AS n,
        LATERAL (SELECT convert_to(n::text, 'UTF8') AS bytes) AS entry`;
}

test("whoever carries the log on or archives it is killed between every two steps: no gap, no double, one history", async () => {
  /** Roots that were signed at some time, by size. */
  const told = new Map<number, Uint8Array>();
  for (const point of points) {
    const { holdAt, kill } = await start();
    const held = holdAt(point);
    await write(perRound, 30);
    await Promise.race([
      held,
      new Promise((_, reject) => setTimeout(reject, withinMs, new Error(`${point} is never passed`))),
    ]);
    await kill();
    const head = await signedHead();
    if (head !== null) told.set(head.size, head.root);
  }
  const { kill } = await start();
  const archived = new ArchivedLog(new DirectoryArchive(path.sshd.rootDir), signer.origin);
  await until(
    "all entries are archived",
    async () => {
      const [waiting, { size }, newest] = [
        await log.waiting(),
        await log.head(),
        await archived.newest([signer.key]),
      ];
      return waiting === 0 && size > written && newest?.size === size;
    },
    withinMs,
  );
  await kill();

  const leaves = await path.prisma.auditLeaf.findMany({ orderBy: { index: "asc" } });
  expect(leaves.map(({ index }) => Number(index))).toEqual([...leaves.keys()]);
  expect(new Set(leaves.map(({ entryId }) => entryId)).size).toBe(leaves.length);
  expect(leaves.length).toBe(await path.prisma.auditEntry.count());
  const mine = await path.prisma.auditEntry.count({ where: { subject: { startsWith: "kill/" } } });
  expect(mine).toBe(points.length * perRound);

  const hashes = leaves.map(({ leafHash }) => leafHash);
  expect((await signedHead())?.root).toEqual(rootOf(hashes));
  expect(told.size).toBeGreaterThan(points.length / 2);
  for (const [size, root] of told) expect(rootOf(hashes.slice(0, size)), `at ${size}`).toEqual(root);

  const checkpoints = await Array.fromAsync(archived.checkpoints([signer.key]));
  expect(await walkLog(archived.parts(leaves.length), checkpoints)).toEqual({
    is: "whole",
    size: leaves.length,
  });
  expect(await walkLog(log.parts(leaves.length), checkpoints)).toEqual({ is: "whole", size: leaves.length });
}, 600_000);
