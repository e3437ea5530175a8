import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ArchiveHolds, ArchiveIndex, connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { DirectoryArchive } from "@tapline/adapters/sftp";
import { readRecipient } from "@tapline/core/encryption";
import { objectPaths } from "@tapline/core/transfer";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { freshDatabase, temporaryFolder } from "../../../../tools/test-servers/index.ts";
import { reconcileArchive } from "../jobs/reconcile-archive.ts";
import { MadeArchive } from "./restore/archive.fixture.ts";

const nowEpochMs = Date.UTC(2026, 10, 23, 12);
const dayMs = 24 * 3600 * 1000;
const command = join(import.meta.dirname, "../../bin/tapline.mjs");
let url: string;
let prisma: PrismaClient;
let base: string;
let made: MadeArchive;
let segments: string[];

beforeAll(async () => {
  url = await freshDatabase();
  prisma = connectPrisma(url);
});
afterAll(() => prisma.$disconnect());
beforeEach(async () => {
  await prisma.$executeRaw`TRUNCATE segment, segment_copy, segment_key, tap_run, agent_run`;
  base = await temporaryFolder();
  made = await MadeArchive.make(join(base, ".tapline"), nowEpochMs);
  segments = [
    await made.addTaps([tap(1), tap(2)], nowEpochMs),
    await made.addTaps([tap(3)], nowEpochMs + 1),
    await made.addTaps([tap(4), tap(6), tap(5)], nowEpochMs + dayMs),
  ];
  await index();
});

const tap = (n: number) => ({ trackerSeq: n, seq: n });

/** Has the index know all that is archived, as a worker does. */
async function index(): Promise<void> {
  const trust = made.pem("trust.pem");
  const archive = new DirectoryArchive(join(made.root, "archive"));
  await reconcileArchive("", {
    ...{ archive, index: new ArchiveIndex(prisma) },
    trust: { rootPems: [trust], crlPems: [trust] },
    ...{ clock: () => nowEpochMs, holds: new ArchiveHolds(prisma, Date.now), copies: () => ["main"] },
    onFault: (_, error) => {
      throw error;
    },
    onSettled: () => undefined,
    onKnown: () => Promise.resolve(),
  });
}

/** Runs the real command in `base`, where the private folder lies. */
function verify(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string; last: () => object }> {
  return new Promise((resolve) => {
    const options = { cwd: base, env: { DATABASE_URL: url } };
    execFile(process.execPath, [command, "archive", "verify", ...args], options, (error, stdout, stderr) => {
      const last = () => JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr, last });
    });
  });
}

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 2]! ^= 1;
  await writeFile(path, bytes);
}

describe("tapline archive verify", { timeout: 60_000 }, () => {
  test("finds nothing wrong with what is right, and counts what it looked at", async () => {
    const done = await verify("--json", "--progress");
    expect([done.code, done.stdout.trimEnd().split("\n").length]).toEqual([0, 1]);
    expect(done.last()).toMatchObject({
      ...{
        segments: 3,
        objects: 3,
        decrypted: 3,
        taps: 6,
        outOfOrder: 1,
        rewraps: 0,
        uncommitted: 0,
        faults: 0,
        compared: true,
      },
    });
    expect(done.stderr).toContain("2026/11/24: 3 segments so far, 0 faults\n");
    expect((await verify()).stdout).toMatch(
      /^0 faults; 3 segments, .*compared with the index; read back at least once: 3 of 3 objects \(100 %\)\n$/,
    );
  });

  test("names the file of which one bit was flipped, of each kind", async () => {
    const paths = objectPaths(segments[1]!);
    for (const file of ["object", "manifest", "signature"] as const) {
      const bytes = await readFile(made.local(paths[file]));
      await flip(made.local(paths[file]));
      const done = await verify("--json", "--no-index");
      expect(done.code).toBe(2);
      const [fault] = done.stdout.split("\n");
      expect(JSON.parse(fault ?? "")).toMatchObject({
        segment: segments[1],
        file: paths[file],
        code: "corrupt",
      });
      expect(done.last()).toMatchObject({ faults: 1, segments: 3 });
      await writeFile(made.local(paths[file]), bytes);
    }
  });

  test("names a tap that lies in two segments, by both", async () => {
    const again = await made.addTaps([{ trackerSeq: 3, seq: 9 }], nowEpochMs + 2);
    const done = await verify("--no-index");
    expect(done.code).toBe(2);
    expect(done.stdout).toContain(
      `fault: ${objectPaths(again).object}: tracker 0011223344556677, epoch 1, number 3: the same taps lie in ${objectPaths(segments[1]!).object}\n`,
    );
  });

  test("refuses an object whose signed manifest names other taps than it holds", async () => {
    const liar = await made.addTaps([{ ...tap(8), pulse: 71 }], nowEpochMs, [tap(8)]);
    const done = await verify("--no-index");
    expect(done.stdout).toContain(`fault: ${objectPaths(liar).object}: `);
    expect((await verify("--no-index", "--no-decrypt")).code).toBe(0);
  });

  test("says what the index knows and the archive lacks, the other way round, and what differs", async () => {
    const [gone, other] = [objectPaths(segments[0]!), objectPaths(segments[1]!)];
    await rm(made.local(gone.manifest));
    const stranger = await made.addTaps([tap(20)], nowEpochMs);
    await prisma.segment.update({ where: { id: segments[1]! }, data: { objectDigest: new Uint8Array(32) } });
    const done = await verify();
    expect(done.code).toBe(2);
    expect(done.stdout).toContain(`fault: ${gone.manifest}: the index knows this segment`);
    expect(done.stdout).toContain(`fault: ${objectPaths(stranger).manifest}: the index does not know`);
    expect(done.stdout).toContain(
      `fault: ${other.manifest}: the index has another value for the object's digest`,
    );
    expect(done.stdout).toContain("3 faults; ");
    await prisma.segment.update({ where: { id: segments[0]! }, data: { expiredAt: new Date() } });
    expect((await verify()).stdout).toContain("2 faults; ");
  });

  test("after a rotation opens all that is there with the keys in pki/, and says which key is not at hand", async () => {
    const certFile = await made.rotate(nowEpochMs);
    await made.addTaps([tap(7)], nowEpochMs + 2);
    await rm(join(made.root, "pki", "escrow.key"));
    const both = await verify("--no-index", "--json");
    expect([both.code, both.stderr]).toEqual([0, expect.not.stringContaining("left out")]);
    expect(both.last()).toMatchObject({ segments: 4, decrypted: 4, closed: {}, faults: 0 });
    await rm(certFile.replace(/crt$/, "key"));
    const one = await verify("--no-index");
    const { ski, subject } = readRecipient(await readFile(certFile, "utf8"));
    expect([one.code, one.stdout]).toEqual([
      0,
      expect.stringContaining(
        `3 decrypted, 1 closed, right by their digests: they open with key id ${ski} (${subject}) or key id `,
      ),
    ]);
  });

  test("leaves out a private key that is another certificate's, and says so", async () => {
    await rm(join(made.root, "pki", "escrow.key"));
    await writeFile(join(made.root, "pki", "archive.key"), made.pem("signer.key"));
    const done = await verify("--no-index");
    expect([done.code, done.stderr]).toEqual([
      0,
      expect.stringMatching(/archive\.key is left out: .*without a key/s),
    ]);
  });

  test("counts files without a manifest, which are no segment", async () => {
    const left = await made.addTaps([tap(30)], nowEpochMs);
    await rm(made.local(objectPaths(left).manifest));
    const done = await verify("--json");
    expect(done).toMatchObject({ code: 0 });
    expect(done.last()).toMatchObject({ segments: 3, uncommitted: 2 });
  });

  test("looks at a part: one segment, days from one on, a sample of the objects", async () => {
    expect((await verify("--json", "--segment", segments[2]!)).last()).toMatchObject({
      segments: 1,
      taps: 3,
    });
    expect((await verify("--json", "--since", "2026-11-24")).last()).toMatchObject({ segments: 1 });
    expect((await verify("--json", "--sample", "0")).last()).toMatchObject({
      segments: 3,
      objects: 0,
      taps: 6,
    });
    const none = await verify("--no-index", "--segment", "019a5e2b-7c00-7abc-8def-0123456789ab");
    expect([none.code, none.stdout]).toEqual([
      2,
      expect.stringContaining("nothing of it lies in the archive"),
    ]);
  });

  test("says what it cannot do: without a key, a database, or with a wrong option", async () => {
    for (const name of ["archive.key", "escrow.key"]) await rm(join(made.root, "pki", name));
    const closed = await verify();
    expect([closed.code, closed.stderr]).toEqual([0, expect.stringContaining("without a key")]);
    expect(await verify("--key", join(base, "none"))).toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining("--cert and --key go together") },
    });
    for (const wrong of [
      ["--since", "soon"],
      ["--sample", "2"],
      ["--segment", "x"],
    ])
      expect(await verify(...wrong)).toMatchObject({ code: 1, stderr: expect.stringContaining(wrong[0]!) });
    await rm(join(made.root, "archive"), { recursive: true });
    expect((await verify()).code).toBe(1);
  });
});
