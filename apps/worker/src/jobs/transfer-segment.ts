import { randomBytes } from "node:crypto";
import { SpanKind } from "@opentelemetry/api";
import type { ArchiveIndex, ArchiveNotes, SegmentEnd } from "@tapline/adapters/prisma";
import type { RefusedQuota, SealedSegment, SegmentBuffer, TapLedger } from "@tapline/adapters/redis";
import type { ArchiveSet } from "@tapline/adapters/sftp";
import { type AuditEntry, newEntry } from "@tapline/core/audit";
import { type OpenSegment, routeOf } from "@tapline/core/buffer";
import type { Trust } from "@tapline/core/encryption";
import { hasCode, messageOf, sha256, TaplineError } from "@tapline/core/kernel";
import type { CumulativeTelemetry } from "@tapline/core/telemetry";
import type { TapVerdict } from "@tapline/core/validation";
import { inStageSpan, noteArchived } from "@tapline/telemetry/segments";
import { inSpan } from "@tapline/telemetry/tracing";
import type { Logger } from "pino";
import { checkSealed } from "./check-sealed.ts";
import {
  type ColourParts,
  compareWithOther,
  isCompared,
  isGivenBack,
  leaveToOther,
} from "./compare-colours.ts";
import { acceptedTaps, memberOf } from "./encrypt-segment.ts";
import { endedDelta } from "./ended-delta.ts";
import { receiptsOf } from "./receipts.ts";
import { quotaCounts } from "./refused-taps.ts";
import { byTransfer, endOf, rowOfSealed } from "./segment-end.ts";
import type { LoadedSegment, SegmentLoader } from "./segment-loader.ts";

export type TransferParts = ColourParts & {
  readonly buffer: SegmentBuffer;
  readonly ledger: Pick<TapLedger, "release">;
  readonly loader: SegmentLoader;
  /** By whom sealed forms must be signed. */
  readonly trust: Omit<Trust, "atEpochMs">;
  readonly notes: Pick<ArchiveNotes, "add">;
  readonly archives: Pick<ArchiveSet, "names" | "storeSegment" | "quarantine">;
  readonly index: ArchiveIndex;
  readonly refusedQuota: Pick<RefusedQuota, "count" | "perDay">;
  /** What this process counts for itself: Redis is told with the receipts. */
  readonly counted: Pick<CumulativeTelemetry, "add">;
  /** Seals quarantined taps: 32 bytes. */
  readonly processKey: Uint8Array;
  readonly clock: () => number;
  readonly log: Pick<Logger, "error">;
};

/**
 * The transfer stage: uploads the sealed segment, manifest last, records its end in one transaction, hands out
 * the receipts and forgets it. Safe to run again at any point: each step finds what was done before.
 */
export async function transferSegment(id: string, parts: TransferParts): Promise<void> {
  const segment = await parts.buffer.find(id);
  if (segment === null || isGivenBack(segment, "transfer", parts)) return;
  const [loaded, verdicts] = await Promise.all([parts.loader.load(segment), parts.loader.verdicts(id)]);
  const buffered = loaded.taps.map((tap) => tap.buffered);
  await inStageSpan("transfer", segment, buffered, () => transfer(segment, loaded, verdicts, parts));
}

async function transfer(
  segment: OpenSegment,
  loaded: LoadedSegment,
  verdicts: readonly TapVerdict[],
  parts: TransferParts,
): Promise<void> {
  const { id } = segment;
  const accepted = acceptedTaps(loaded.taps, verdicts);
  const sealed = accepted.length === 0 ? null : await sealedOf(segment, accepted.length, parts);
  const copies = sealed === null ? [] : await uploadCompared(segment, sealed, parts);
  if (copies === null) return;
  const members = accepted.map(memberOf);
  const row = sealed === null ? null : rowOfSealed(id, accepted, members, sealed);
  const quota = await parts.refusedQuota.count(id, quotaCounts(loaded.taps, verdicts));
  const end = endOf(segment, loaded, verdicts, { row, copies, quota }, parts);
  const { quarantined } = await inSpan("archive index", { kind: SpanKind.CLIENT }, () =>
    record(end, segment, parts),
  );
  const equivocations = end.moreEntries.filter(({ action }) => action === "tap.equivocation").length;
  if (equivocations > 0 && quarantined !== null)
    parts.log.error(
      {
        segment: id,
        entries: equivocations,
        remedy:
          "the audit entries tap.equivocation name them: find the tracker that counts wrongly, or was cloned",
      },
      "numbers were used twice for different content",
    );
  // Another attempt at judging may have claimed what the one that was first had refused.
  const named = loaded.taps.filter(({ opened }) => opened.ok);
  await parts.ledger.release(id, segment.generation, named.map(memberOf));
  const nowEpochMs = parts.clock();
  const receipts = receiptsOf(id, loaded.taps, verdicts, nowEpochMs);
  const ended = endedDelta(
    loaded.taps,
    verdicts,
    end,
    { quarantined, spent: quota.spent.length },
    nowEpochMs,
  );
  const isFirst = await inSpan("receipts", { kind: SpanKind.CLIENT }, () =>
    parts.buffer.finish(segment, loaded.entries, receipts, ended),
  );
  noteArchived(accepted.map((tap) => tap.buffered));
  if (isFirst && ended !== null) parts.counted.add(ended);
  parts.loader.forget(id);
}

/**
 * The segment's sealed form. One that was made by another process lay in Redis, and is checked; where it is not what encryption
 * made, it goes no further, and the segment is sealed once more.
 */
async function sealedOf(segment: OpenSegment, taps: number, parts: TransferParts): Promise<SealedSegment> {
  const { id } = segment;
  const own = parts.loader.ownSealed(id);
  if (own !== null) return own;
  const found = await parts.loader.foundSealed(id);
  if (found === null)
    throw new TaplineError("not-found", `segment ${id} has accepted taps but no sealed object`, {
      remedy: "nothing to do: the attempt is repeated",
    });
  try {
    checkSealed(id, taps, found, parts.trust);
    return found;
  } catch (error) {
    await takeBack(segment, found, error, parts);
    throw new TaplineError(
      "corrupt",
      `the sealed form of segment ${id} is not what encryption made: ${messageOf(error)}`,
      {
        remedy:
          "It is sealed once more. Find who can write to Redis; its password and network are to keep others out.",
        cause: error,
      },
    );
  }
}

/** Told in the audit log once for each segment: where whoever does it goes on, each attempt is in the log alone. */
async function takeBack(
  segment: OpenSegment,
  found: SealedSegment,
  cause: unknown,
  parts: TransferParts,
): Promise<void> {
  const { id } = segment;
  const times = await parts.buffer.discardSealed(id, found);
  if (times === 0) return;
  await parts.queues.add("encryption", id, routeOf(segment, "encryption"));
  if (times > 1) return;
  const facts = { why: messageOf(cause), objectSha256: sha256(found.object).toString("hex") };
  const entry = {
    ...byTransfer,
    action: "segment.seal-refused" as const,
    subject: `segment/${id}`,
    reason: null,
    facts,
  };
  await parts.notes.add(newEntry(parts.clock(), randomBytes, entry));
}

/** An upload that is compared comes to the same bytes, or to none. */
const sameBytes = { grounds: "bytes", result: "" };

/**
 * Uploads; where both colours are to, this one only lays the files there, and the other one, which finds them, compares them
 * byte for byte. Files that are other ones are set aside, and the next attempt lays them there anew.
 * @returns null where the other colour goes on
 */
async function uploadCompared(
  segment: OpenSegment,
  sealed: SealedSegment,
  parts: TransferParts,
): Promise<string[] | null> {
  const isLeft = isCompared(segment, "transfer", parts);
  try {
    const copies = await upload(segment, sealed, parts);
    if (isLeft) await leaveToOther(segment, "transfer", sameBytes, parts);
    else compareWithOther(segment, "transfer", sameBytes, parts);
    return isLeft ? null : copies;
  } catch (error) {
    const isOther = hasCode(error, "conflict") && (await parts.buffer.generation()) === segment.generation;
    if (isLeft || !isOther || !routeOf(segment, "transfer").both) throw error;
    compareWithOther(segment, "transfer", { ...sameBytes, result: "other bytes" }, parts);
    await parts.archives.quarantine(segment.id);
    throw error;
  }
}

/**
 * Uploads what the index does not know yet. What the transaction would refuse is refused before: an upload for a life
 * of the buffer that is over.
 * @returns names of the archives that hold it now; empty where the index knows it
 */
async function upload(segment: OpenSegment, sealed: SealedSegment, parts: TransferParts): Promise<string[]> {
  const { recorded, generation } = await parts.index.standing(segment.id);
  if (recorded) return [];
  if (generation !== segment.generation)
    throw new TaplineError("conflict", `segment ${segment.id} was cut in a life of the buffer that is over`);
  return await parts.archives.storeSegment(segment.id, sealed);
}

/**
 * Records the end. Where the buffer was lost while the upload ran, its taps are sent again and land in other
 * segments, so what was uploaded is taken back.
 */
async function record(
  end: SegmentEnd,
  segment: OpenSegment,
  parts: TransferParts,
): Promise<{ quarantined: number | null }> {
  try {
    return await parts.index.recordEnd(end);
  } catch (error) {
    const isOver = hasCode(error, "conflict") && (await parts.buffer.generation()) !== segment.generation;
    if (
      isOver &&
      end.segment !== null &&
      (await parts.index.withdraw(segment.id, withdrawal(segment.id, parts.clock()), parts.archives.names))
    )
      await parts.archives.quarantine(segment.id);
    throw error;
  }
}

function withdrawal(segment: string, atEpochMs: number): AuditEntry {
  return newEntry(atEpochMs, randomBytes, {
    ...byTransfer,
    action: "segment.quarantined",
    subject: `segment/${segment}`,
    reason: "the buffer was lost during its upload; its taps are sent again",
    facts: {},
  });
}
