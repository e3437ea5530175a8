import { execFile } from "node:child_process";
import { join } from "node:path";
import { ArchiveHolds, ArchiveIndex, connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { DirectoryArchive } from "@tapline/adapters/sftp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase, temporaryFolder } from "../../../../tools/test-servers/index.ts";
import { reconcileArchive } from "../jobs/reconcile-archive.ts";
import { MadeArchive } from "./restore/archive.fixture.ts";

const nowEpochMs = Date.UTC(2026, 10, 23, 12);
const dayMs = 24 * 3_600_000;
const tracker = "0011223344556677";
const command = join(import.meta.dirname, "../../bin/tapline.mjs");
let url: string;
let prisma: PrismaClient;
let holds: ArchiveHolds;
let segments: string[];

beforeAll(async () => {
  url = await freshDatabase();
  prisma = connectPrisma(url);
  holds = new ArchiveHolds(prisma, () => nowEpochMs);
  const made = await MadeArchive.make(join(await temporaryFolder(), ".tapline"), nowEpochMs);
  const tap = (n: number, agent = "gate-1") => ({ trackerSeq: n, seq: n, agent });
  segments = [
    await made.addTaps([tap(1), tap(2)], nowEpochMs),
    await made.addTaps([tap(3, "gate-2")], nowEpochMs + dayMs),
    await made.addTaps([tap(4)], nowEpochMs + 2 * dayMs),
  ];
  await reconcileArchive("", {
    ...{ archive: new DirectoryArchive(join(made.root, "archive")), index: new ArchiveIndex(prisma), holds },
    ...{
      clock: () => nowEpochMs,
      copies: () => ["main"],
      onSettled: () => undefined,
      onKnown: () => Promise.resolve(),
    },
    trust: { rootPems: [made.pem("trust.pem")], crlPems: [made.pem("trust.pem")] },
    onFault: (_, error) => {
      throw error;
    },
  });
});
afterAll(() => prisma.$disconnect());

test("a hold's extent is what it guards of all that is archived, and still there", async () => {
  const guards = (
    kind: "days" | "agent" | "tracker" | "segment",
    subject: string,
    days: (string | null)[] = [],
  ) => holds.guards({ kind, subject, firstDay: days[0] ?? null, lastDay: days[1] ?? null });
  expect(await guards("tracker", tracker)).toEqual({ segments: 3, taps: 4 });
  expect(await guards("agent", "gate-2")).toEqual({ segments: 1, taps: 1 });
  expect(await guards("agent", "gate-1", ["2026-11-24"])).toEqual({ segments: 1, taps: 1 });
  expect(await guards("days", "", [null, "2026-11-24"])).toEqual({ segments: 2, taps: 3 });
  expect(await guards("days", "", ["2026-11-24", "2026-11-24"])).toEqual({ segments: 1, taps: 1 });
  expect(await guards("segment", segments[0]!)).toEqual({ segments: 1, taps: 2 });
  await prisma.segment.update({ where: { id: segments[2]! }, data: { expiredAt: new Date() } });
  expect(await guards("tracker", tracker)).toEqual({ segments: 2, taps: 3 });
});

test("a hold of what nobody has seen is refused, unless it is meant so", { timeout: 120_000 }, async () => {
  const run = (...args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const all = [command, "archive", "hold", ...args];
      execFile(process.execPath, all, { env: { DATABASE_URL: url } }, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), out, err }),
      );
    });
  const place = (...args: string[]) => run("place", "--reason", "a test", "--by", "ann", "--yes", ...args);
  for (const [wrong, form] of [
    [["--agent", "Gate 1"], "is not an agent's id"],
    [["--tracker", "00112233"], "is not a tracker's id"],
    [["--segment", "x"], "is not a segment's id"],
    [["--agent", "gate-11"], "nothing is archived of what this would hold: segments of agent gate-11"],
  ] as const)
    expect(await place(...wrong)).toMatchObject({ code: 1, err: expect.stringContaining(form) });
  expect(await holds.list(true)).toEqual([]);
  const meant = await place("--agent", "gate-11", "--unseen");
  expect(meant.out).toContain("placed: segments of agent gate-11: 0 segments with 0 taps so far");
  const seen = await place("--agent", "gate-2");
  expect(seen.out).toContain("placed: segments of agent gate-2: 1 segment with 1 tap so far");
  await prisma.user.create({ data: { id: "ann", name: "Ann", email: "ann@console.test" } });
  const listed = await run("ls");
  expect(listed.out, listed.err).toMatch(/segments of agent gate-2 {2}placed by Ann \(ann\) on /);
});
