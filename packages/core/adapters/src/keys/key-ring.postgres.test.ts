import { issueHierarchy, type RingKey, readRingKey, rotationTo } from "@tapline/core/encryption";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { freshDatabase } from "../../../../../tools/test-servers/index.ts";
import { connectPrisma, type PrismaClient } from "../prisma/index.ts";
import { EndingLog, KeyDesk, KeyMap, KeyRing } from "./index.ts";

const act = { actor: { kind: "operator", id: "ann" }, reason: "a test" } as const;
let prisma: PrismaClient;
let [archive, escrow, next]: RingKey[] = [];
let nowEpochMs = 1_800_000_000_000;

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  const request = { nowEpochMs: Date.now(), organisation: "Test", agents: [], hosts: [] };
  const [files, later] = await Promise.all([issueHierarchy(request), issueHierarchy(request)]);
  archive = readRingKey(files["archive.crt"]!.pem, "archive");
  escrow = readRingKey(files["escrow.crt"]!.pem, "escrow");
  next = readRingKey(later["archive.crt"]!.pem, "archive");
});
beforeEach(async () => {
  await prisma.$executeRaw`TRUNCATE archive_key, segment, segment_key, segment_copy, tap_run, agent_run`;
});
afterAll(() => prisma.$disconnect());

const open = (): KeyRing => new KeyRing(prisma, () => nowEpochMs);
const alone = { stand: null, twoPersons: "refuse" } as const;
const rotate = () =>
  new KeyDesk(prisma, () => nowEpochMs).change(
    rotationTo([archive!, escrow!], "archive", next!.certPem),
    act,
    alone,
  );

test("an empty ring is seeded once; who reads it sees a change within a second", async () => {
  const [ring, reader] = [open(), open()];
  expect(await ring.seed([archive!, escrow!], act)).toBe(true);
  expect(await ring.seed([next!], act)).toBe(false);
  expect((await reader.read()).map(({ ski }) => ski)).toEqual([archive!.ski, escrow!.ski]);
  await rotate();
  expect(await reader.read()).toHaveLength(2);
  nowEpochMs += 1_001;
  const states = Object.fromEntries((await reader.read()).map(({ ski, state }) => [ski, state]));
  expect(states).toEqual({ [archive!.ski]: "retiring", [escrow!.ski]: "active", [next!.ski]: "active" });
});

test("a change that the rules refuse changes nothing; each that is made is in the audit log", async () => {
  const ring = open();
  await ring.seed([archive!, escrow!], act);
  const last = { kind: "state", key: escrow!.certSha256, from: "active", to: "revoked" } as const;
  const refused = new KeyDesk(prisma, () => nowEpochMs).change(last, act, alone);
  await expect(refused).rejects.toMatchObject({ code: "conflict" });
  await rotate();
  const entries = await prisma.auditEntry.findMany({ where: { subject: `key/${archive!.certSha256}` } });
  expect(entries.map(({ action, actorId }) => [action, actorId])).toEqual(
    expect.arrayContaining([
      ["key.seeded", "ann"],
      ["key.changed", "ann"],
    ]),
  );
  expect(JSON.parse(Buffer.from(entries.at(-1)!.bytes).toString())).toMatchObject({
    ...{
      commitments: { reason: expect.any(String) },
      before: { state: "active" },
      after: { state: "retiring" },
    },
  });
});

test("what was read is believed while the database is away", async () => {
  const ring = open();
  await ring.seed([archive!, escrow!], act);
  const away = connectPrisma("postgresql://nobody:x@127.0.0.1:1/none");
  await expect(new KeyRing(away, () => nowEpochMs).read()).rejects.toThrow();
  expect(await ring.read()).toHaveLength(2);
  await prisma.$executeRaw`ALTER TABLE archive_key RENAME TO gone`;
  nowEpochMs += 60_000;
  expect(await ring.read()).toHaveLength(2);
  await prisma.$executeRaw`ALTER TABLE gone RENAME TO archive_key`;
  await away.$disconnect();
});

test("the key map tells what would be gone with a key: what no other that is left opens", async () => {
  const segment = async (n: number, taps: number, ...skis: string[]): Promise<void> => {
    const id = `01900000-0000-7000-8000-00000000000${n}`;
    const digest = new Uint8Array(32);
    await prisma.segment.create({
      data: {
        ...{ id, objectPath: id, objectBytes: 1, objectDigest: digest, manifestDigest: digest, taps },
        ...{ firstReadAt: new Date(), lastReadAt: new Date() },
        keys: { create: skis.map((ski) => ({ ski })) },
      },
    });
  };
  await segment(1, 10, "aa", "ee");
  await segment(2, 20, "bb", "ee");
  await segment(3, 30, "aa");
  await segment(4, 40);
  const map = new KeyMap(prisma);
  const shares = (await map.shares()).map(({ ski, segments, taps }) => [ski, segments, taps]);
  expect(shares).toEqual(
    expect.arrayContaining([
      ["aa", 2, 40],
      ["bb", 1, 20],
      ["ee", 2, 30],
      [null, 1, 40],
    ]),
  );
  expect(await map.total()).toMatchObject({ segments: 4, taps: 100 });
  expect(await map.lostWith(["aa"], ["bb", "ee"])).toMatchObject({ segments: 1, taps: 30 });
  expect(await map.lostWith(["aa"], ["bb"])).toMatchObject({ segments: 2, taps: 40 });
  expect(await map.lostWith(["aa", "ee"], ["aa", "bb", "ee"])).toMatchObject({ segments: 2, taps: 40 });
  expect(await map.lostWith(["cc"], ["aa"])).toMatchObject({ segments: 0, taps: 0 });

  // Rewrapped for another key, the third one is not lost any more; what the index does not have is passed over.
  for (let i = 0; i < 2; i += 1) await map.note("01900000-0000-7000-8000-000000000003", "ff");
  await map.note("01900000-0000-7000-8000-000000000009", "ff");
  expect(await map.lostWith(["aa"], ["bb", "ee", "ff"])).toMatchObject({ segments: 0, taps: 0 });
  expect(await map.shares()).toContainEqual(expect.objectContaining({ ski: "ff", segments: 1, taps: 30 }));

  // What was removed when its time was over is not lost with a key.
  expect(await map.lostWith(["bb"], [])).toMatchObject({ segments: 1, taps: 20 });
  const expired = { where: { id: "01900000-0000-7000-8000-000000000002" }, data: { expiredAt: new Date() } };
  await prisma.segment.update(expired);
  expect(await map.lostWith(["bb"], [])).toMatchObject({ segments: 0, taps: 0 });
  expect((await map.shares()).map(({ ski }) => ski)).not.toContain("bb");
});

test("an ending is told once for each threshold, whoever looks", async () => {
  const [one, two] = [new EndingLog(prisma), new EndingLog(prisma)];
  const ending = { what: "signer", subject: "CN=x", endsAtEpochMs: nowEpochMs + 20 * 24 * 3_600_000 };
  const both = await Promise.all([one.tell(ending, 30, nowEpochMs), two.tell(ending, 30, nowEpochMs)]);
  expect(both.toSorted()).toEqual([false, true]);
  expect(await two.tell(ending, 7, nowEpochMs)).toBe(true);
  expect(await one.tell(ending, 14, nowEpochMs)).toBe(false);
  expect(await one.tell({ ...ending, endsAtEpochMs: 1 }, 0, nowEpochMs)).toBe(true);
  const entries = await prisma.auditEntry.count({ where: { action: "key.ending" } });
  expect(entries).toBe(3);
  expect(await one.kept()).toBeNull();
  const found = { atEpochMs: nowEpochMs, endings: [ending], unreadable: ["door"], rotateAfterDays: 0 };
  await one.keep(found);
  expect(await two.kept()).toEqual(found);
});
