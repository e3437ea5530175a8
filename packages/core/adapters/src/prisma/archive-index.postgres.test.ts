import { createHash, randomBytes } from "node:crypto";
import type { AuditEntry } from "@tapline/core/audit";
import { hasCode, uuidV7 } from "@tapline/core/kernel";
import { agentRuns, duplicateRuns, objectPaths, type SegmentMember, tapRuns } from "@tapline/core/transfer";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { freshDatabase } from "../../../../../tools/test-servers/index.ts";
import { ArchiveIndex, connectPrisma, type PrismaClient, type SegmentEnd } from "./index.ts";

let prisma: PrismaClient;
let index: ArchiveIndex;

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  index = new ArchiveIndex(prisma);
  await index.declareGeneration("life-1", entry(newId(), "buffer.opened"));
});
beforeEach(async () => {
  await prisma.$executeRaw`TRUNCATE segment, segment_copy, segment_key, tap_run, agent_run, quarantined_tap`;
});
afterAll(() => prisma.$disconnect());

const newId = (): string => uuidV7(Date.now(), randomBytes);

function entry(id: string, action: AuditEntry["action"]): AuditEntry {
  const actor = { kind: "job", id: "test" } as const;
  const subject = `segment/${id}`;
  return { version: 1, id, atEpochMs: 1, actor, action, subject, reason: null, facts: {} };
}

const member = (trackerSeq: number, changes: Partial<SegmentMember> = {}): SegmentMember => ({
  tracker: "t1",
  trackerEpoch: 1,
  trackerSeq,
  agent: "gate-1",
  epoch: 1,
  seq: trackerSeq,
  digest: createHash("sha256").update(String(trackerSeq)).digest(),
  ...changes,
});
const short = (trackerSeq: number): string => member(trackerSeq).digest.toString("hex", 0, 8);

function endOf(members: SegmentMember[], changes: Partial<SegmentEnd> = {}): SegmentEnd & { id: string } {
  const id = newId();
  return {
    id,
    generation: "life-1",
    segment: {
      id,
      objectPath: objectPaths(id).object,
      objectBytes: 10,
      objectDigest: Buffer.alloc(32, 1),
      manifestDigest: Buffer.alloc(32, 2),
      taps: members.length,
      keyIds: ["aa", "bb"],
      firstReadAtEpochMs: 1,
      lastReadAtEpochMs: 2,
      tapRuns: tapRuns(members),
      agentRuns: agentRuns(members),
    },
    quarantine: [],
    duplicateRuns: [],
    copies: ["main"],
    moreEntries: [],
    entry: entry(id, "segment.archived"),
    ...changes,
  };
}

async function record(members: SegmentMember[]): Promise<string> {
  const end = endOf(members);
  await index.recordEnd(end);
  return end.id;
}

const ask = (trackerSeq: number, tracker = "t1", trackerEpoch = 1) => ({ tracker, trackerEpoch, trackerSeq });
const codeOf = async (refused: Promise<unknown>, code: "conflict"): Promise<boolean> =>
  hasCode(await refused.catch((error: unknown) => error), code);

describe("what the archive holds of a tracker", () => {
  test("is told per number, with the highest one, the segment and the digest; holes are holes", async () => {
    const one = await record([member(3), member(4), member(7)]);
    const two = await record([member(5), member(20)]);
    const holdings = await index.findTaps([2, 3, 4, 5, 6, 7, 8, 20, 21].map((seq) => ask(seq)));
    expect(holdings.map(({ highest }) => highest)).toEqual(Array(9).fill(20));
    const held = (segment: string, seq: number) => ({ segment, digest: short(seq) });
    expect(holdings.map((holding) => holding.held)).toEqual([
      ...[null, held(one, 3), held(one, 4), held(two, 5), null, held(one, 7), null, held(two, 20), null],
    ]);
  });

  test("keeps trackers and their epochs apart, and knows nothing of strangers", async () => {
    const one = await record([member(1), member(9, { trackerEpoch: 2 }), member(4, { tracker: "t2" })]);
    const holdings = await index.findTaps([
      ask(1),
      ask(1, "t1", 2),
      ask(9, "t1", 2),
      ask(4, "t2"),
      ask(1, "t3"),
    ]);
    expect(holdings.map(({ highest }) => highest)).toEqual([1, 9, 9, 4, 0]);
    expect(holdings.map((holding) => holding.held?.segment ?? null)).toEqual([one, null, one, one, null]);
    expect(await index.findTaps([])).toEqual([]);
  });

  test("goes beyond 32 bits", async () => {
    const big = 2 ** 40;
    const one = await record([member(big), member(big + 1)]);
    const [held] = await index.findTaps([ask(big + 1)]);
    expect(held).toEqual({ highest: big + 1, held: { segment: one, digest: short(big + 1) } });
  });
});

test("which taps of an agent lie in a segment is told bit by bit, over every position of a byte", async () => {
  const seqs = [1, 2, 8, 9, 16, 17, 40];
  const one = await record(seqs.map((seq) => member(seq)));
  const two = await record([3, 18].map((seq) => member(seq + 100, { seq })));
  const other = await record([member(500, { agent: "gate-2", seq: 4 })]);
  const asked = Array.from({ length: 42 }, (_, seq) => ({ agent: "gate-1", epoch: 1, seq }));
  const found = await index.findAgentTaps(asked);
  for (const [seq, segment] of found.entries())
    expect([seq, segment]).toEqual([seq, seqs.includes(seq) ? one : [3, 18].includes(seq) ? two : null]);
  expect(
    await index.findAgentTaps([
      { agent: "gate-2", epoch: 1, seq: 4 },
      { agent: "gate-1", epoch: 2, seq: 1 },
    ]),
  ).toEqual([other, null]);
});

describe("the end of a segment", () => {
  const quarantined = (seq: number) => ({
    agent: "gate-1",
    epoch: 1,
    seq,
    reason: "unsigned" as const,
    detail: "d",
    digest: Buffer.alloc(32),
    sealedPayload: Buffer.alloc(40),
    reader: "r",
    readAtEpochMs: 1,
    rulesVersion: 1,
  });

  test("is recorded once, however often it is told", async () => {
    const end = endOf([member(1), member(2)], { quarantine: [quarantined(3)] });
    expect(await index.recordEnd(end)).toEqual({ quarantined: 1 });
    expect(await index.recordEnd(end)).toEqual({ quarantined: null });
    expect(await prisma.segment.count()).toBe(1);
    expect(await prisma.tapRun.count()).toBe(1);
    expect(await prisma.auditEntry.count({ where: { id: end.id } })).toBe(1);
    expect([...(await index.knownSegments([end.id, newId()]))]).toEqual([end.id]);
  });

  test("told by several at once is recorded once, and all are content", async () => {
    const end = endOf([member(1)]);
    await Promise.all([index.recordEnd(end), index.recordEnd(end), index.recordEnd(end)]);
    expect(await prisma.segment.count()).toBe(1);
  });

  test("is refused whole where the segment was cut in a life of the buffer that is over", async () => {
    const end = endOf([member(1)], { generation: "life-0", quarantine: [quarantined(2)] });
    expect(await codeOf(index.recordEnd(end), "conflict")).toBe(true);
    expect((await index.standing(end.id)).recorded).toBe(false);
    expect(await prisma.quarantinedTap.count()).toBe(0);
    expect(await prisma.auditEntry.count({ where: { id: end.id } })).toBe(0);
  });

  test("without an object keeps its refused taps; one that lies in quarantine already is left as it is", async () => {
    const [one, two] = [1, 2].map(() => {
      const id = newId();
      return endOf([], { segment: null, entry: entry(id, "segment.refused"), quarantine: [quarantined(1)] });
    });
    expect(await index.recordEnd(one!)).toEqual({ quarantined: 1 });
    expect(await index.recordEnd({ ...two!, quarantine: [quarantined(1), quarantined(2)] })).toEqual({
      quarantined: 1,
    });
    expect(await prisma.quarantinedTap.count()).toBe(2);
  });

  test("of one that was adopted meanwhile keeps its refused taps, its duplicates and its entry", async () => {
    const refused = quarantined(3);
    const duplicates = duplicateRuns([{ agent: "gate-1", epoch: 1, seq: 5, heldBy: newId() }]);
    const end = endOf([member(1)], { quarantine: [refused], duplicateRuns: duplicates });
    const adopted = { ...end, generation: null, quarantine: [], duplicateRuns: [] };
    await index.recordEnd({
      ...adopted,
      entry: { ...entry(newId(), "segment.adopted"), subject: `segment/${end.id}` },
    });
    const otherLife = { ...end, generation: "life-0" };
    await index.recordEnd(otherLife);
    expect(await prisma.quarantinedTap.count()).toBe(0);
    for (let i = 0; i < 2; i++) expect(await index.recordEnd(end)).toEqual({ quarantined: null });
    expect(await prisma.quarantinedTap.findMany()).toMatchObject([{ seq: 3n }]);
    expect(await prisma.duplicateRun.count({ where: { segmentId: end.id } })).toBe(1);
    const entries = await prisma.auditEntry.findMany({ where: { subject: `segment/${end.id}` } });
    expect(entries.map(({ action }) => action).sort()).toEqual(["segment.adopted", "segment.archived"]);
    expect(await prisma.segment.count()).toBe(1);
  });

  test("leaves no trace where one of its taps lies in another segment", async () => {
    await record([member(1), member(2)]);
    const end = endOf([member(1), member(9)]);
    await expect(index.recordEnd(end)).rejects.toThrow();
    expect((await index.standing(end.id)).recorded).toBe(false);
    expect((await index.findTaps([ask(9)]))[0]?.held).toBeNull();
  });

  test("cannot follow its withdrawal, nor its withdrawal follow it", async () => {
    const [gone, kept] = [endOf([member(1)]), endOf([member(2)])];
    expect(
      await index.withdraw(gone.id, { ...entry(gone.id, "segment.quarantined"), id: newId() }, ["main"]),
    ).toBe(true);
    expect(await codeOf(index.recordEnd({ ...gone, generation: null }), "conflict")).toBe(true);
    await index.recordEnd(kept);
    expect(
      await index.withdraw(kept.id, { ...entry(kept.id, "segment.quarantined"), id: newId() }, ["main"]),
    ).toBe(false);
    expect(await index.isWithdrawn(kept.id)).toBe(false);
  });
});

test("the buffer's life is remembered, and a change of it is in the audit log", async () => {
  const id = newId();
  expect(await index.generation()).toBe("life-1");
  await index.declareGeneration("life-2", entry(id, "buffer.opened"));
  expect(await index.generation()).toBe("life-2");
  expect(await prisma.auditEntry.count({ where: { id } })).toBe(1);
  await index.declareGeneration("life-1", entry(newId(), "buffer.opened"));
});
