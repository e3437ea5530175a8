import { randomBytes } from "node:crypto";
import { ArchiveIndex, AuditLog, type PrismaClient, type SegmentEnd } from "@tapline/adapters/prisma";
import { connectRedis, SegmentBuffer, TapLedger } from "@tapline/adapters/redis";
import { type AuditEntry, makeLogKey, openLogSigner } from "@tapline/core/audit";
import { encodeFrame } from "@tapline/core/buffer";
import { sha256, uuidV7 } from "@tapline/core/kernel";
import { agentRuns, duplicateRuns, objectPaths, type SegmentMember, tapRuns } from "@tapline/core/transfer";
import type { Redis } from "ioredis";

/** A tap by both of its names. */
export type FedTap = { tracker: string; trackerSeq: number; agent: string; seq: number };

const generation = "life-1";
const key = { ski: "0a".repeat(20), subject: "CN=North archive 2026" };

/** What doors, stages and the audit log would do to taps. */
export class TapFeed {
  readonly #prisma: PrismaClient;
  readonly #redis: Redis;
  readonly #index: ArchiveIndex;
  readonly #buffer: SegmentBuffer;
  readonly #log = openLogSigner(makeLogKey(), "tapline.test/log");

  constructor(prisma: PrismaClient, redisUrl: string) {
    [this.#prisma, this.#redis] = [prisma, connectRedis(redisUrl, () => undefined)];
    [this.#index, this.#buffer] = [new ArchiveIndex(prisma), new SegmentBuffer(this.#redis)];
  }

  /** Opens the buffer, and makes the key that all segments are sealed to. */
  async begin(): Promise<void> {
    await this.#index.declareGeneration(generation, entryOf(newId(), "buffer.opened"));
    await this.#buffer.openGeneration(generation);
    const at = new Date();
    await this.#prisma.archiveKey.create({
      data: {
        ...{ certSha256: "ef".repeat(32), ...key, certPem: "", role: "archive", state: "active" },
        ...{ notAfter: at, addedAt: at, changedAt: at },
      },
    });
  }

  /** Taps that are archived together. @returns their segment */
  async archive(taps: readonly FedTap[], changes: Partial<SegmentEnd> = {}, id = newId()): Promise<string> {
    const members = taps.map(memberOf);
    await this.#index.recordEnd({
      ...{ id, generation, quarantine: [], duplicateRuns: [], moreEntries: [] },
      copies: ["main", "mirror"],
      segment: {
        ...{ id, objectPath: objectPaths(id).object, objectBytes: 4_711, taps: taps.length },
        ...{ objectDigest: Buffer.alloc(32, 1), manifestDigest: Buffer.alloc(32, 2), keyIds: [key.ski] },
        ...{ firstReadAtEpochMs: Date.now() - 900, lastReadAtEpochMs: Date.now() - 400 },
        ...{ tapRuns: tapRuns(members), agentRuns: agentRuns(members) },
      },
      entry: entryOf(id, "segment.archived"),
      ...changes,
    });
    return id;
  }

  /** A tap that is refused, with a segment of its own. */
  async refuse({ agent, seq }: FedTap): Promise<void> {
    const id = newId();
    await this.#index.recordEnd({
      ...{ id, generation, segment: null, copies: [], duplicateRuns: [], moreEntries: [] },
      quarantine: [
        {
          ...{ agent, epoch: 1, seq, reason: "bad-signature", detail: "the tracker's key has not made it" },
          ...{ digest: Buffer.alloc(32, 7), sealedPayload: Buffer.alloc(60), reader: "desk left" },
          ...{ readAtEpochMs: Date.now() - 800, rulesVersion: 3 },
        },
      ],
      entry: entryOf(id, "segment.refused"),
    });
  }

  /** A tap that is a copy of one that `heldBy` has. */
  async repeat(tap: FedTap, heldBy: string): Promise<void> {
    const id = newId();
    const { agent, epoch, seq } = memberOf(tap);
    await this.#index.recordEnd({
      ...{ id, generation, segment: null, copies: [], quarantine: [], moreEntries: [] },
      duplicateRuns: duplicateRuns([{ agent, epoch, seq, heldBy }]),
      entry: entryOf(id, "segment.refused"),
    });
  }

  /** A tap that has come as far as sealing. @returns what ends its segment as archived */
  async begun(tap: FedTap): Promise<() => Promise<void>> {
    const { agent, tracker, trackerEpoch, trackerSeq, epoch, seq, digest } = memberOf(tap);
    const frame = encodeFrame([
      {
        ...{ agent, epoch, seq, reader: "desk left", payload: Buffer.from("sealed"), traceparent: "" },
        ...{ readAtEpochMs: Date.now() - 300, ingestedAtEpochMs: Date.now() },
      },
    ]);
    await this.#buffer.append(frame, 1, "test");
    const id = uuidV7(Date.now(), randomBytes);
    await this.#buffer.cut(id, Date.now());
    const claim = { tracker, trackerEpoch, trackerSeq, digest: digest.toString("hex", 0, 8) };
    const ledger = new TapLedger(this.#redis);
    const rate = { tapsPerHour: 1_000, burstTaps: 1_000 };
    const asked = { segment: id, generation, rate, leases: new Map() };
    const owner = `${agent}/${epoch}/${seq}`;
    const [answer] = await ledger.claim({ ...asked, claims: [{ ...claim, owner }] });
    if (answer?.is === "ask") {
      const lease = { token: answer.token, highest: new Map([[trackerEpoch, 0]]) };
      const leases = new Map([[tracker, lease]]);
      await ledger.claim({ ...asked, leases, claims: [{ ...claim, owner }] });
    }
    await this.#buffer.keepVerdicts(id, [{ is: "accepted" }], "encryption");
    return async () => {
      await this.archive([tap], {}, id);
      await ledger.release(id, generation, [claim]);
      const segment = await this.#buffer.find(id);
      if (segment === null) throw new Error(`segment ${id} is gone`);
      const { entries } = await this.#buffer.read(segment);
      const receipt = {
        ...({ epoch, level: "archived", atEpochMs: Date.now() } as const),
        verdicts: [{ seq, verdict: "archived", segment: id } as const],
      };
      await this.#buffer.finish(segment, entries, [{ agent, waitsFor: null, receipt }]);
    };
  }

  /** The log takes in what was recorded; with a witness, if wanted. */
  async witness(isCosigned: boolean): Promise<void> {
    const log = new AuditLog(this.#prisma, "tapline.test/log");
    await log.sequence(this.#log, Date.now());
    const { signed } = await log.head();
    if (signed !== null && isCosigned) await log.keepCosigned({ ...signed, atEpochMs: Date.now() });
  }

  close(): void {
    this.#redis.disconnect();
  }

  async clear(): Promise<void> {
    await this.#prisma.$executeRaw`
      TRUNCATE segment, segment_copy, segment_key, tap_run, agent_run, duplicate_run, quarantined_tap CASCADE`;
  }
}

const newId = (): string => uuidV7(Date.now() - 300, randomBytes);

function entryOf(id: string, action: AuditEntry["action"]): AuditEntry {
  const actor = { kind: "job", id: "transfer" } as const;
  const subject = `segment/${id}`;
  const own = { version: 1, id: newId(), atEpochMs: Date.now() } as const;
  return { ...own, actor, action, subject, reason: null, facts: {} };
}

const memberOf = ({ tracker, trackerSeq, agent, seq }: FedTap): SegmentMember => ({
  ...{ tracker, trackerEpoch: 1, trackerSeq, agent, epoch: 1, seq },
  digest: sha256(Buffer.from(`${tracker} ${trackerSeq}`)),
});
