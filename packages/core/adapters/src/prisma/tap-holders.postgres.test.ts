import { randomUUID } from "node:crypto";
import type { AgentReport } from "@tapline/core/tap";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../../tools/test-servers/index.ts";
import { FleetStore } from "./fleet/index.ts";
import { connectPrisma, type PrismaClient, TapHolders } from "./index.ts";

let prisma: PrismaClient;
let holders: TapHolders;
beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  holders = new TapHolders(prisma);
});
afterAll(() => prisma.$disconnect());

const of = (agent: string) => ({ agent, epoch: 1n });
const at = new Date(1_000);
const [none, digest] = [new Uint8Array(), new Uint8Array(32)];

async function archive(agent: string, seq: number): Promise<string> {
  const id = randomUUID();
  const when = { firstReadAt: at, lastReadAt: at };
  const object = { objectPath: id, objectBytes: 1, objectDigest: digest, manifestDigest: digest };
  await prisma.segment.create({ data: { id, ...object, taps: 1, ...when } });
  const run = { ...of(agent), firstSeq: BigInt(seq), lastSeq: BigInt(seq), members: new Uint8Array([1]) };
  await prisma.agentRun.create({ data: { segmentId: id, ...run } });
  return id;
}

async function refuse(agent: string, seq: number, more: object = {}): Promise<void> {
  const tap = { ...of(agent), seq: BigInt(seq), reason: "rate", detail: "", reader: "r", readAt: at };
  await prisma.quarantinedTap.create({ data: { ...tap, digest, sealedPayload: none, ...more } });
}

async function end(agent: string, seq: number, heldBy: string): Promise<void> {
  const run = { ...of(agent), firstSeq: BigInt(seq), lastSeq: BigInt(seq), members: new Uint8Array([1]) };
  await prisma.duplicateRun.create({ data: { segmentId: randomUUID(), ...run, heldBy } });
}

test("what has ended need be held by nobody: archived, a duplicate of what is archived, refused; a replay under way has no end", async () => {
  const agent = "gate-1";
  const held = await archive(agent, 1);
  await end(agent, 2, held);
  await end(agent, 3, randomUUID());
  await refuse(agent, 4);
  await refuse(agent, 5, { replayedAt: at, outcome: null });
  await refuse(agent, 6, { replayedAt: at, outcome: "refused" });
  await archive("gate-2", 7);
  const unheld = (first: number, last: number) => ({
    agent,
    epoch: 1,
    ranges: [{ first, last }],
    why: "away",
  });
  expect(await holders.withoutEnd([unheld(1, 7)])).toEqual([
    { ...unheld(1, 7), ranges: [3, 5, 7].map((seq) => ({ first: seq, last: seq })) },
  ]);
  expect(await holders.withoutEnd([unheld(1, 2), { ...unheld(4, 4), epoch: 1 }])).toEqual([]);
  expect(await holders.withoutEnd([{ ...unheld(1, 1), epoch: 2 }])).toHaveLength(1);
  expect(await holders.withoutEnd([])).toEqual([]);
});

test("agents are told of by their last report, and those of which none can be read not at all", async () => {
  const report: AgentReport = {
    ...{ version: "1.0.0", platform: "linux-x64", startedAtEpochMs: 1, configRevision: 0, link: "grpc" },
    ...{ clockSkewMs: 0, paused: null, readers: {}, certificateEndsAtEpochMs: null },
    outbox: {
      epoch: 1,
      nextSeq: 9,
      taps: 2,
      bytes: 1,
      oldestAgeMs: 1,
      held: [[7, 8]],
      releaseAt: "archived",
    },
  };
  const told = { agent: "gate-1", seenAtEpochMs: 5_000, report };
  await new FleetStore(prisma).keepReports([
    told,
    { ...told, agent: "gate-2" },
    { ...told, agent: "gate-3" },
  ]);
  await prisma.agentReport.update({ where: { agent: "gate-2" }, data: { report: { outbox: "?" } } });
  expect(await holders.told(["gate-1", "gate-1", "gate-2", "gate-4"])).toEqual(
    new Map([["gate-1", { seenAtEpochMs: 5_000, outbox: report.outbox }]]),
  );
});
