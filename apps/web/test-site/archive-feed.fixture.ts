import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { SegmentQueues } from "@tapline/adapters/bullmq";
import {
  type AskedKind,
  type AskedOutcome,
  AskedTasks,
  DeclaredArchivesFact,
  type PrismaClient,
} from "@tapline/adapters/prisma";
import { partitionKeys, queuePrefix, TelemetryStream } from "@tapline/adapters/redis";
import { uuidV7 } from "@tapline/core/kernel";
import { type SignOfLife, TelemetryRecorder } from "@tapline/core/telemetry";
import { objectPaths } from "@tapline/core/transfer";
import { Redis } from "ioredis";

const dayMs = 24 * 3_600_000;

export const archiveKeySki = "a1".repeat(20);

interface FedSegment {
  agoMs?: number;
  targets?: readonly string[];
  agent?: string;
  taps?: number;
  expiredAgoMs?: number;
}

/** What workers would do to the archive, its index and the quarantine. */
export class ArchiveFeed {
  readonly #prisma: PrismaClient;
  readonly #redis: Redis;
  readonly #queues: SegmentQueues;
  #seq = 0;

  constructor(prisma: PrismaClient, redisUrl: string) {
    this.#prisma = prisma;
    this.#redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
    this.#redis.on("error", () => {});
    this.#queues = new SegmentQueues(this.#redis, queuePrefix);
  }

  /** As a worker says which archives its settings name. */
  async declare(names: readonly string[], quorum: number): Promise<void> {
    await new DeclaredArchivesFact(this.#prisma).declare({
      ...{ mode: "mirror", quorum, by: "worker-1", atEpochMs: Date.now() },
      targets: names.map((name) => ({
        ...{ name, address: `${name}.example.org:22`, hostKeys: [`SHA256:${name.padEnd(43, "A")}`] },
      })),
    });
  }

  /** A segment that was archived; its id. */
  async segment(given: FedSegment = {}): Promise<string> {
    const { agoMs = 0, targets = ["main"], agent = "gate-1", taps = 3, expiredAgoMs } = given;
    const at = Date.now() - agoMs;
    const id = uuidV7(at, randomBytes);
    this.#seq += 1_000;
    const seq = this.#seq;
    await this.#prisma.segment.create({
      data: {
        ...{ id, objectPath: objectPaths(id).object, objectBytes: 4_312, taps },
        ...{ objectDigest: randomBytes(32), manifestDigest: randomBytes(32) },
        ...{ firstReadAt: new Date(at - 900), lastReadAt: new Date(at - 200), archivedAt: new Date(at) },
        expiredAt: expiredAgoMs === undefined ? null : new Date(Date.now() - expiredAgoMs),
        copies: { create: targets.map((target) => ({ target, storedAt: new Date(at) })) },
        keys: { create: [{ ski: archiveKeySki }] },
        agentRuns: {
          create: [
            {
              agent,
              epoch: 1n,
              firstSeq: BigInt(seq),
              lastSeq: BigInt(seq + taps - 1),
              members: membersOf(taps),
            },
          ],
        },
        runs: {
          create: [
            {
              ...{ tracker: "00a1b2c3d4e5f601", trackerEpoch: 1n, count: taps },
              ...{ firstSeq: BigInt(seq), lastSeq: BigInt(seq + taps - 1), digests: randomBytes(8 * taps) },
            },
          ],
        },
      },
    });
    return id;
  }

  /** An archive lacks a segment; the last attempt to copy it ended so. */
  async lacks(segmentId: string, target: string, fault: string): Promise<void> {
    const nextAt = new Date(Date.now() + 300_000);
    const task = { kind: "copy", target, segmentId, attempts: 4, nextAt, fault };
    await this.#prisma.archiveTask.create({ data: task });
  }

  /** The key that segments are sealed to. */
  async key(): Promise<void> {
    const at = new Date();
    await this.#prisma.archiveKey.create({
      data: {
        ...{ certSha256: "b2".repeat(32), ski: archiveKeySki, subject: "CN=archive 2026", certPem: "" },
        ...{
          role: "archive",
          state: "active",
          notAfter: new Date(Date.now() + 90 * dayMs),
          addedAt: at,
          changedAt: at,
        },
      },
    });
  }

  async drill(segmentId: string, target: string, outcome: string, detail = ""): Promise<void> {
    const startedAt = new Date(Date.now() - 1_200_000);
    const id = uuidV7(startedAt.getTime(), randomBytes);
    await this.#prisma.restoreDrill.create({
      data: { id, segmentId, target, startedAt, durationMs: 240, outcome, taps: 3, detail },
    });
  }

  /** A tap that was refused. */
  async refuse(agent: string, seq: number, reason: string, detail: string, agoMs = 60_000): Promise<void> {
    await this.#prisma.quarantinedTap.create({
      data: {
        ...{ agent, epoch: 1n, seq: BigInt(seq), reason, detail, reader: "reader-1", rulesVersion: 2 },
        ...{ digest: randomBytes(32), sealedPayload: randomBytes(212) },
        ...{ readAt: new Date(Date.now() - agoMs - 1_000), quarantinedAt: new Date(Date.now() - agoMs) },
      },
    });
  }

  /** A segment that is on its way, of which attempts at transfer fail by `fault` until it is called again with null. */
  async failing(fault: string): Promise<string> {
    const id = uuidV7(Date.now(), randomBytes);
    const keys = partitionKeys(0);
    await this.#redis.hset(keys.segment(id), {
      ...{ id, generation: "life-1", stage: "transfer", firstEntry: "1-0", lastEntry: "1-0" },
      ...{ taps: 3, cutAtEpochMs: Date.now() - 42_000 },
    });
    await this.#redis.sadd(keys.open, id);
    await this.#queues.add("transfer", id);
    this.#queues.work(
      "transfer",
      async () => {
        throw new Error(fault);
      },
      { concurrency: 1, onFailedAttempt: () => {}, onTakenOver: () => {} },
    );
    return id;
  }

  /** A worker says that it cannot use an archive. */
  async away(archive: string, why: "unavailable" | "misconfigured", error: string): Promise<void> {
    const said: SignOfLife = { roles: ["transfer"], awayArchives: [{ archive, forMs: 300_000, why, error }] };
    const delta = new TelemetryRecorder("worker-1").take(Date.now(), said);
    if (delta !== null) await new TelemetryStream(this.#redis).report(delta);
  }

  /** A worker takes what was asked of it, and ends it so. */
  async answer(
    kind: AskedKind,
    given: Partial<AskedOutcome>,
    state: "done" | "failed" = "done",
  ): Promise<void> {
    const asked = new AskedTasks(this.#prisma, Date.now);
    for (;;) {
      const task = await asked.take([kind], "worker-1", 60_000);
      if (task !== null)
        return await asked.end(task, "worker-1", state, { says: "", facts: {}, list: [], ...given });
      await sleep(100);
    }
  }

  async close(): Promise<void> {
    await this.#queues.close(2_000);
    this.#redis.disconnect();
  }
}

/** So many of consecutive numbers, all of them members. */
function membersOf(count: number): Uint8Array<ArrayBuffer> {
  const members = new Uint8Array(Math.ceil(count / 8));
  for (let bit = 0; bit < count; bit++) members[bit >> 3] = (members[bit >> 3] ?? 0) | (1 << (bit & 7));
  return members;
}
