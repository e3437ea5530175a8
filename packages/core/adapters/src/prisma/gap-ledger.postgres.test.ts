import { createHash, randomBytes } from "node:crypto";
import type { AuditEntry } from "@tapline/core/audit";
import { uuidV7 } from "@tapline/core/kernel";
import type { AgentReport } from "@tapline/core/tap";
import { agentRuns, duplicateRuns, objectPaths, type SegmentMember, tapRuns } from "@tapline/core/transfer";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freshDatabase } from "../../../../../tools/test-servers/index.ts";
import { FleetStore } from "./fleet/index.ts";
import { ArchiveIndex, connectPrisma, GapLedger, GapStatements, type PrismaClient } from "./index.ts";

let prisma: PrismaClient;
let index: ArchiveIndex;
let ledger: GapLedger;
let fleet: FleetStore;
let statements: GapStatements;
/** The server's clock; steps on with each report. */
let nowEpochMs: number;

beforeEach(async () => {
  prisma = connectPrisma(await freshDatabase());
  [index, ledger, fleet] = [new ArchiveIndex(prisma), new GapLedger(prisma), new FleetStore(prisma)];
  statements = new GapStatements(prisma);
  await index.declareGeneration("life-1", entry(newId(), "buffer.opened"));
  nowEpochMs = Date.now();
});
afterEach(() => prisma.$disconnect());

const graceMs = 60_000;
const newId = (atEpochMs = Date.now()): string => uuidV7(atEpochMs, randomBytes);
const today = (): string => new Date(nowEpochMs).toISOString().slice(0, 10);

function entry(id: string, action: AuditEntry["action"]): AuditEntry {
  const actor = { kind: "job", id: "test" } as const;
  return { version: 1, id, atEpochMs: 1, actor, action, subject: `segment/${id}`, reason: null, facts: {} };
}

type Ends = {
  archived?: readonly number[];
  duplicates?: readonly { seq: number; heldBy: string }[];
  rejected?: readonly number[];
  agent?: string;
  epoch?: number;
  tracker?: string;
  trackerSeqs?: readonly number[];
  id?: string;
  adopted?: boolean;
};

async function record(ends: Ends): Promise<string> {
  const { archived = [], duplicates = [], rejected = [], agent = "gate-1", epoch = 1, id = newId() } = ends;
  const members = archived.map((seq, i): SegmentMember => {
    const trackerSeq = ends.trackerSeqs?.[i] ?? seq;
    const digest = createHash("sha256").update(`${agent}/${epoch}/${seq}`).digest();
    return {
      tracker: ends.tracker ?? `${agent}-${epoch}`,
      ...{ trackerEpoch: 1, trackerSeq, agent, epoch, seq, digest },
    };
  });
  const segment = {
    ...{ id, objectPath: objectPaths(id).object, objectBytes: 1, taps: members.length, keyIds: [] },
    ...{ objectDigest: Buffer.alloc(32), manifestDigest: Buffer.alloc(32) },
    ...{ firstReadAtEpochMs: 1, lastReadAtEpochMs: 1 },
    ...{ tapRuns: tapRuns(members), agentRuns: agentRuns(members) },
  };
  await index.recordEnd({
    ...{ id, segment: members.length === 0 ? null : segment },
    generation: ends.adopted === true ? null : "life-1",
    quarantine: rejected.map((seq) => ({
      ...({ agent, epoch, seq, reason: "schema", detail: "", reader: "r", readAtEpochMs: 1 } as const),
      ...{ digest: Buffer.alloc(32), sealedPayload: Buffer.alloc(1), rulesVersion: 1 },
    })),
    duplicateRuns: duplicateRuns(duplicates.map((tap) => ({ agent, epoch, ...tap }))),
    ...{ copies: members.length === 0 ? [] : ["main"], moreEntries: [] },
    entry: entry(
      ends.adopted === true ? newId() : id,
      ends.adopted === true ? "segment.adopted" : "segment.archived",
    ),
  });
  return id;
}

type Says = { nextSeq: number; taps?: number; oldestAgeMs?: number; epoch?: number; agent?: string };

/** The agent reports; then so much time passes that what it said may count. */
async function says({
  nextSeq,
  taps = 0,
  oldestAgeMs = 0,
  epoch = 1,
  agent = "gate-1",
}: Says): Promise<void> {
  const report: AgentReport = {
    ...{ version: "1.0.0", platform: "linux-x64", startedAtEpochMs: 1, configRevision: 0, link: "grpc" },
    ...{ clockSkewMs: 0, paused: null, readers: {}, certificateEndsAtEpochMs: null },
    outbox: { epoch, nextSeq, taps, bytes: taps, oldestAgeMs },
  };
  nowEpochMs += 2 * graceMs;
  await fleet.keepReports([{ agent, report, seenAtEpochMs: nowEpochMs }]);
}

async function sweep(): Promise<void> {
  nowEpochMs += 1;
  await ledger.sweep(graceMs, nowEpochMs);
}

/** A mark is set, and passed: what has left the outbox by the second report is settled. */
async function settled(say: Says): Promise<void> {
  await says(say);
  await sweep();
  await says(say);
  await sweep();
}

const gaps = async (open = true) =>
  (await ledger.list({ limit: 100, ...(open ? { open } : {}) }))
    .map(({ scope, subject, epoch, first, last }) => `${scope} ${subject}/${epoch} ${first}-${last}`)
    .sort();

describe("holes of an agent", () => {
  test("are exactly the numbers that have no end once the agent holds none any more", async () => {
    const held = await record({ archived: [1, 2, 3, 8], trackerSeqs: [1, 2, 3, 4] });
    await record({ duplicates: [{ seq: 4, heldBy: held }], rejected: [5] });
    await settled({ nextSeq: 12 });
    expect(await gaps()).toEqual(["agent gate-1/1 6-7", "agent gate-1/1 9-11"]);
  });

  test("are found whatever an agent says of its ages", async () => {
    await record({ archived: [1], trackerSeqs: [1] });
    await says({ agent: "liar", nextSeq: 9, taps: 1, oldestAgeMs: Number.MAX_SAFE_INTEGER });
    await settled({ nextSeq: 3 });
    expect(await gaps()).toEqual(["agent gate-1/1 2-2"]);
  });

  test("split when filled in part and close when filled; their history stays", async () => {
    await record({ archived: [1, 10], trackerSeqs: [1, 2] });
    await settled({ nextSeq: 11 });
    expect(await gaps()).toEqual(["agent gate-1/1 2-9"]);
    await record({ archived: [5, 6], trackerSeqs: [3, 4] });
    await sweep();
    expect(await gaps()).toEqual(["agent gate-1/1 2-4", "agent gate-1/1 7-9"]);
    await record({ rejected: [2, 3, 4], archived: [7, 8, 9], trackerSeqs: [5, 6, 7] });
    await sweep();
    expect(await gaps()).toEqual([]);
    expect(await gaps(false)).toEqual(["agent gate-1/1 2-4", "agent gate-1/1 5-6", "agent gate-1/1 7-9"]);
    const entries = await prisma.auditEntry.findMany({
      where: { action: "gap.swept" },
      orderBy: { id: "asc" },
    });
    expect(entries.map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString()).facts)).toEqual([
      { opened: 8, filled: 0, openedRanges: "agent/gate-1/1:2-9", filledRanges: "" },
      { opened: 0, filled: 2, openedRanges: "", filledRanges: "agent/gate-1/1:5-6" },
      { opened: 0, filled: 6, openedRanges: "", filledRanges: "agent/gate-1/1:2-4 agent/gate-1/1:7-9" },
    ]);
  });

  test("are none while the agent still holds taps: an outbox that is full and offline is pending", async () => {
    await record({ archived: [1, 9], trackerSeqs: [1, 2] });
    const weekMs = 7 * 24 * 3_600_000;
    await settled({ nextSeq: 500, taps: 400, oldestAgeMs: weekMs });
    await settled({ nextSeq: 500, taps: 400, oldestAgeMs: weekMs });
    expect(await gaps()).toEqual([]);
    await settled({ nextSeq: 500, taps: 1, oldestAgeMs: 1 });
    expect(await gaps()).toEqual(["agent gate-1/1 10-499", "agent gate-1/1 2-8"]);
  });

  test("do not open for segments that come out of order while the agent has not let go", async () => {
    await record({ archived: [11, 12], trackerSeqs: [1, 2] });
    await says({ nextSeq: 13, taps: 10, oldestAgeMs: 2 * graceMs });
    await sweep();
    await record({
      archived: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      trackerSeqs: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    });
    await settled({ nextSeq: 13 });
    expect(await gaps(false)).toEqual([]);
  });

  test("keep epochs and agents apart; a new epoch says that the outbox of the old one is gone", async () => {
    await record({ archived: [1, 3], trackerSeqs: [1, 2] });
    await record({ archived: [2], epoch: 2 });
    await record({ archived: [1, 3], agent: "gate-2", trackerSeqs: [1, 2] });
    await settled({ nextSeq: 3, epoch: 2 });
    await settled({ nextSeq: 4, agent: "gate-2", taps: 2, oldestAgeMs: 10 * graceMs });
    expect(await gaps()).toEqual(["agent gate-1/1 2-2", "agent gate-1/2 1-1"]);
  });

  test("a duplicate has no end until the segment with the first copy is archived", async () => {
    const later = newId();
    await record({ archived: [1, 3], duplicates: [{ seq: 2, heldBy: later }], trackerSeqs: [1, 2] });
    await settled({ nextSeq: 4 });
    expect(await gaps()).toEqual(["agent gate-1/1 2-2"]);
    await record({ id: later, archived: [1], agent: "gate-2" });
    await sweep();
    expect(await gaps()).toEqual([]);
  });

  test("a number that ended twice, and a segment recorded again, change nothing", async () => {
    const id = await record({ archived: [1, 2, 3] });
    await record({ duplicates: [{ seq: 2, heldBy: id }], rejected: [3] });
    await settled({ nextSeq: 4 });
    await sweep();
    expect(await gaps(false)).toEqual([]);
    expect((await statements.epochsOf({ agent: "gate-1", day: today() }))?.[0]).toMatchObject({
      ...{ archived: 3, duplicates: 0, rejected: 0, holes: [] },
    });
  });

  test("a claim of astronomical numbers opens one gap and costs nothing", async () => {
    await record({ archived: [1] });
    await settled({ nextSeq: Number.MAX_SAFE_INTEGER });
    expect(await gaps()).toEqual([`agent gate-1/1 2-${Number.MAX_SAFE_INTEGER - 1}`]);
  });
});

test("holes of a tracker lie between the first and the highest number archived, and fill with a later tap", async () => {
  const tap = (trackerSeqs: number[], seq: number) =>
    record({ tracker: "t1", trackerSeqs, archived: trackerSeqs.map((_, i) => seq + i) });
  await tap([5, 6, 10], 1);
  await sweep();
  expect(await gaps()).toEqual(["tracker t1/1 7-9"]);
  await tap([14], 4);
  await tap([8], 5);
  await sweep();
  expect(await gaps()).toEqual(["tracker t1/1 11-13", "tracker t1/1 7-7", "tracker t1/1 9-9"]);
  await tap([2], 6);
  await tap([7, 9], 7);
  await sweep();
  expect(await gaps()).toEqual(["tracker t1/1 11-13", "tracker t1/1 3-4"]);
});

test("one sweeps at a time", async () => {
  await record({ archived: [1, 3], trackerSeqs: [1, 2] });
  const swept = await Promise.all([1, 2, 3, 4].map(() => ledger.sweep(graceMs, nowEpochMs)));
  expect(swept.filter((one) => one !== null).length).toBeGreaterThan(0);
  await settled({ nextSeq: 4 });
  expect(await gaps()).toEqual(["agent gate-1/1 2-2"]);
});

test("after the database was lost, what the manifests cannot tell is said to be unknown, not lost", async () => {
  await record({ archived: [1, 2, 5], adopted: true, trackerSeqs: [1, 2, 3] });
  await settled({ nextSeq: 7 });
  expect(await gaps()).toEqual(["agent gate-1/1 6-6"]);
  const [epoch] = (await statements.epochsOf({ agent: "gate-1", day: today() })) ?? [];
  expect(epoch).toMatchObject({ first: 1, last: 6, archived: 3, unjudged: 2, pending: 0, holes: [[6, 6]] });
});

test("each number belongs to one day, and a day that has its statement is not changed any more", async () => {
  const dayMs = 24 * 3_600_000;
  nowEpochMs = Math.floor(Date.now() / dayMs) * dayMs - dayMs;
  await says({ nextSeq: 11, taps: 10, oldestAgeMs: 1 });
  const first = today();
  nowEpochMs += dayMs;
  await says({ nextSeq: 21, taps: 20, oldestAgeMs: dayMs });
  const second = today();
  await sweep();
  const spans = async (day: string) =>
    (await statements.epochsOf({ agent: "gate-1", day }))?.map(({ first: from, last }) => [from, last]);
  expect(await spans(first)).toEqual([[1, 10]]);
  expect(await spans(second)).toEqual([[11, 20]]);
  const signed = { bytes: Buffer.from("a"), signature: Buffer.from("s"), noGap: true, madeAtEpochMs: 1 };
  const actor = { kind: "job", id: "audit" } as const;
  await statements.keep([{ agent: "gate-1", day: first, ...signed }], actor, nowEpochMs);
  await record({ id: newId(nowEpochMs - dayMs), archived: [30] });
  await sweep();
  expect(await spans(first)).toEqual([[1, 10]]);
  expect(await spans(second)).toEqual([[11, 30]]);
  expect(await statements.epochsOf({ agent: "gate-1", day: "2020-01-01" })).toBeNull();
  expect(await statements.epochsOf({ agent: "nobody", day: first })).toBeNull();
});

test("a statement waits in the database until the archive has it; a day has one", async () => {
  await says({ nextSeq: 1 });
  await sweep();
  await prisma.installationFact.update({ where: { name: "gap.begin" }, data: { value: "2020-01-01" } });
  const day = today();
  const tomorrow = new Date(nowEpochMs + 24 * 3_600_000).toISOString().slice(0, 10);
  expect(await statements.due(day, 10)).toEqual([]);
  expect(await statements.due(tomorrow, 10)).toEqual([{ agent: "gate-1", day }]);
  const signed = { agent: "gate-1", day, noGap: true, bytes: Buffer.from("a"), signature: Buffer.from("s") };
  const actor = { kind: "job", id: "audit" } as const;
  await statements.keep([{ ...signed, madeAtEpochMs: 1 }], actor, nowEpochMs);
  await statements.keep([{ ...signed, bytes: Buffer.from("b"), madeAtEpochMs: 2 }], actor, nowEpochMs);
  expect(await statements.due(tomorrow, 10)).toEqual([]);
  expect((await statements.unstored(10)).map(({ bytes }) => bytes.toString())).toEqual(["a"]);
  await statements.noteStored({ agent: "gate-1", day }, nowEpochMs);
  expect(await statements.unstored(10)).toEqual([]);
  expect(await prisma.auditEntry.count({ where: { action: "gap.stated" } })).toBe(2);
});
