import { randomBytes } from "node:crypto";
import type { ArchiveHolds, ArchiveIndex, SegmentRow, TrackerTap } from "@tapline/adapters/prisma";
import { type AuditEntry, newEntry } from "@tapline/core/audit";
import type { Trust } from "@tapline/core/encryption";
import { type Actor, hasCode, TaplineError } from "@tapline/core/kernel";
import {
  type ArchiveReader,
  archivedSegments,
  holdOn,
  type Manifest,
  objectPaths,
  runsOf,
} from "@tapline/core/transfer";
import { readVerifiedManifest } from "../care/read-archived.ts";

/** What it takes to judge one segment. */
export type OrphanParts = Omit<ReconcileParts, "onSettled" | "onKnown">;

export type ReconcileParts = {
  readonly archive: ArchiveReader & {
    /** Takes a segment out of the archive's count, keeping its bytes. */
    readonly quarantine: (segment: string) => Promise<void>;
  };
  readonly index: Pick<ArchiveIndex, "knownSegments" | "findTaps" | "recordEnd" | "withdraw" | "isWithdrawn">;
  /** Roots and revocation lists that a manifest's signer must chain to. */
  readonly trust: Omit<Trust, "atEpochMs">;
  /** What may not be moved. */
  readonly holds: Pick<ArchiveHolds, "active">;
  /** Names of the archives that hold a segment which is taken in. */
  readonly copies: (segment: string) => readonly string[];
  /** Who has it done, for the audit log; default: the job. */
  readonly actor?: Actor;
  /** The trace of the command by which it is done. */
  readonly traceId?: string;
  /** Why a person had it done; for the audit log. */
  readonly reason?: string;
  readonly clock: () => number;
  /** Told of each segment that could not be judged; it stays as it is. */
  readonly onFault: (segment: string, error: unknown) => void;
  /** Told of each batch's segments that the index knew before. */
  readonly onKnown: (segments: readonly string[]) => Promise<void>;
  /** Told after each batch how many segments of the archive are behind, those known before included. */
  readonly onSettled: (segments: number) => void;
};

/** Segments by what became of them; `known` are those that the index knew before. */
export type Reconciled = Readonly<Record<"known" | "adopted" | "quarantined" | "faults", number>>;

const batchSize = 200;

/**
 * Brings the index level with the archive. A committed segment that the index does not know is adopted where none
 * of its taps lies elsewhere; where one does, it is quarantined, so that no tap is in the archive twice.
 * @param sinceDay `YYYY/MM/DD`; "" = the whole archive
 */
export async function reconcileArchive(sinceDay: string, parts: ReconcileParts): Promise<Reconciled> {
  const sum = { known: 0, adopted: 0, quarantined: 0, faults: 0 };
  let settled = 0;
  const settle = async (batch: readonly string[]): Promise<void> => {
    const known = await parts.index.knownSegments(batch);
    for (const segment of batch.filter((id) => !known.has(id))) sum[await settleOrphan(segment, parts)]++;
    await parts.onKnown([...known]);
    sum.known += known.size;
    settled += batch.length;
    parts.onSettled(settled);
  };
  let batch: string[] = [];
  for await (const segment of archivedSegments(parts.archive, sinceDay)) {
    batch.push(segment);
    if (batch.length < batchSize) continue;
    await settle(batch);
    batch = [];
  }
  await settle(batch);
  return sum;
}

/** A committed segment that the index does not know: taken in, or out of the archive's count. */
export async function settleOrphan(segment: string, parts: OrphanParts): Promise<keyof Reconciled> {
  const verified = await verifiedOrNull(segment, parts);
  if (verified === null) return "faults";
  const { manifest, manifestDigest } = verified;
  const holdings = await parts.index.findTaps(tapsOf(manifest));
  // Another process may have adopted the segment since: what it holds itself lies nowhere else.
  const held = holdings.flatMap((holding) => holding.held ?? []);
  const heldElsewhere = held.filter((holding) => holding.segment !== segment).length;
  if (heldElsewhere > 0 && (await isKept(manifest, parts))) return "faults";
  if (heldElsewhere > 0 || (await parts.index.isWithdrawn(segment))) {
    const entry = entryOf(segment, false, { taps: manifest.taps, heldElsewhere }, parts);
    // Another archive that holds it is compared, too: it needs no task.
    if (!(await parts.index.withdraw(segment, entry, []))) return "adopted";
    await parts.archive.quarantine(segment);
    return "quarantined";
  }
  const row = rowOfManifest(manifest, manifestDigest);
  const facts = { taps: manifest.taps, manifestSha256: manifestDigest.toString("hex") };
  const entry = entryOf(segment, true, facts, parts);
  await parts.index.recordEnd({
    ...{ id: segment, generation: null, segment: row, entry },
    ...{ copies: parts.copies(segment), quarantine: [], duplicateRuns: [], moreEntries: [] },
  });
  return "adopted";
}

/** Whether a hold keeps the segment where it is; then its taps lie in the archive twice, which is told. */
async function isKept(manifest: Manifest, { holds, onFault }: OrphanParts): Promise<boolean> {
  const { segment, agents, runs } = manifest;
  const hold = holdOn(await holds.active(), {
    segment,
    agents: new Set(agents.map(({ agent }) => agent)),
    trackers: new Set(runs.map(({ tracker }) => tracker)),
  });
  if (hold === null) return false;
  onFault(
    segment,
    new TaplineError(
      "conflict",
      `the taps of segment ${segment} lie in others, too, and hold ${hold.id} keeps it`,
      {
        remedy:
          "tapline archive hold release, once it may go: the next comparison takes it out of the count.",
      },
    ),
  );
  return true;
}

/** Null where the segment itself is at fault. @throws where the archive does not answer: then nothing is known */
async function verifiedOrNull(segment: string, parts: OrphanParts) {
  try {
    return await readVerified(segment, parts);
  } catch (error) {
    if (hasCode(error, "unavailable") || hasCode(error, "misconfigured")) throw error;
    parts.onFault(segment, error);
    return null;
  }
}

function tapsOf(manifest: Manifest): TrackerTap[] {
  return runsOf(manifest).tapRuns.flatMap(({ tracker, trackerEpoch, firstSeq, lastSeq }) =>
    Array.from({ length: lastSeq - firstSeq + 1 }, (_, i) => ({
      tracker,
      trackerEpoch,
      trackerSeq: firstSeq + i,
    })),
  );
}

async function readVerified(segment: string, { archive, trust }: OrphanParts) {
  const verified = await readVerifiedManifest(archive, segment, { trust });
  const paths = objectPaths(segment);
  const object = await archive.stat(paths.object);
  if (object?.bytes !== verified.manifest.objectBytes)
    throw new TaplineError("corrupt", `the object of segment ${segment} is missing or of another size`, {
      remedy: `look at ${paths.object} in the archive`,
    });
  return verified;
}

function rowOfManifest(manifest: Manifest, manifestDigest: Buffer): SegmentRow {
  return {
    id: manifest.segment,
    objectPath: objectPaths(manifest.segment).object,
    objectBytes: manifest.objectBytes,
    objectDigest: Buffer.from(manifest.objectSha256, "hex"),
    manifestDigest,
    taps: manifest.taps,
    keyIds: manifest.recipients.map(({ ski }) => ski),
    firstReadAtEpochMs: manifest.firstReadAtEpochMs,
    lastReadAtEpochMs: manifest.lastReadAtEpochMs,
    ...runsOf(manifest),
  };
}

/**
 * The id is new: the segment's own may stand in the log already, where the index was lost and the log was not. A person's reason
 * is in the person's words; why it had to be stands beside it.
 */
function entryOf(
  segment: string,
  adopt: boolean,
  facts: AuditEntry["facts"],
  {
    actor = { kind: "job", id: "reconcile" },
    reason,
    traceId,
    clock,
  }: Pick<OrphanParts, "actor" | "reason" | "traceId" | "clock">,
): AuditEntry {
  const why = adopt ? "the index did not know it" : "its taps lie in other segments";
  return newEntry(clock(), randomBytes, {
    actor,
    action: adopt ? "segment.adopted" : "segment.quarantined",
    subject: `segment/${segment}`,
    reason: reason ?? why,
    traceId,
    facts: reason === undefined ? facts : { ...facts, why },
  });
}
