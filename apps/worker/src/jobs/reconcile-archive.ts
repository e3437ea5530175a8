import type { ArchiveIndex, SegmentRow } from "@tapline/adapters/prisma";
import type { AuditEntry } from "@tapline/core/audit";
import { type Trust, verifyDetached } from "@tapline/core/encryption";
import { sha256, TaplineError } from "@tapline/core/kernel";
import {
  type ArchiveReader,
  archivedSegments,
  type Manifest,
  objectPaths,
  readManifest,
  runsOf,
} from "@tapline/core/transfer";

export type ReconcileParts = {
  readonly archive: ArchiveReader & {
    /** Takes a segment out of the archive's count, keeping its bytes. */
    readonly quarantine: (segment: string) => Promise<void>;
  };
  readonly index: Pick<ArchiveIndex, "knownSegments" | "findTaps" | "recordEnd">;
  /** Roots and revocation lists that a manifest's signer must chain to. */
  readonly trust: Omit<Trust, "atEpochMs">;
  readonly clock: () => number;
  /** Told of each segment that could not be judged; it stays as it is. */
  readonly onFault: (segment: string, error: unknown) => void;
};

export type Reconciled = { readonly adopted: number; readonly quarantined: number; readonly faults: number };

const batchSize = 200;

/**
 * Brings the index level with the archive. A committed segment that the index does not know is adopted where none
 * of its taps lies elsewhere; where one does, it is quarantined, so that no tap is in the archive twice.
 * @param sinceDay `YYYY/MM/DD`; "" = the whole archive
 */
export async function reconcileArchive(sinceDay: string, parts: ReconcileParts): Promise<Reconciled> {
  const sum = { adopted: 0, quarantined: 0, faults: 0 };
  const settle = async (batch: readonly string[]): Promise<void> => {
    const known = await parts.index.knownSegments(batch);
    for (const segment of batch.filter((id) => !known.has(id))) sum[await settleOrphan(segment, parts)]++;
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

async function settleOrphan(segment: string, parts: ReconcileParts): Promise<keyof Reconciled> {
  try {
    const { manifest, manifestDigest } = await readVerified(segment, parts);
    const { tapRuns, agentRuns } = runsOf(manifest);
    const holdings = await parts.index.findTaps(
      tapRuns.flatMap(({ tracker, trackerEpoch, firstSeq, lastSeq }) =>
        Array.from({ length: lastSeq - firstSeq + 1 }, (_, i) => ({
          tracker,
          trackerEpoch,
          trackerSeq: firstSeq + i,
        })),
      ),
    );
    const heldElsewhere = holdings.filter((holding) => holding.held !== null).length;
    const row: SegmentRow = {
      id: segment,
      objectPath: objectPaths(segment).object,
      objectBytes: manifest.objectBytes,
      objectDigest: Buffer.from(manifest.objectSha256, "hex"),
      manifestDigest,
      taps: manifest.taps,
      firstReadAtEpochMs: manifest.firstReadAtEpochMs,
      lastReadAtEpochMs: manifest.lastReadAtEpochMs,
      tapRuns,
      agentRuns,
    };
    const adopt = heldElsewhere === 0;
    if (!adopt) await parts.archive.quarantine(segment);
    await parts.index.recordEnd({
      generation: null,
      segment: adopt ? row : null,
      quarantine: [],
      entry: entryOf(segment, adopt, manifest.taps, heldElsewhere, parts.clock()),
    });
    return adopt ? "adopted" : "quarantined";
  } catch (error) {
    parts.onFault(segment, error);
    return "faults";
  }
}

async function readVerified(
  segment: string,
  { archive, trust }: ReconcileParts,
): Promise<{ manifest: Manifest; manifestDigest: Buffer }> {
  const paths = objectPaths(segment);
  const [bytes, signature] = await Promise.all([archive.read(paths.manifest), archive.read(paths.signature)]);
  const manifest = readManifest(bytes);
  // Certificates may have expired since: what counts is that they were valid when the segment was sealed.
  verifyDetached(bytes, signature, { ...trust, atEpochMs: manifest.createdAtEpochMs });
  if (manifest.segment !== segment)
    throw new TaplineError("corrupt", `the manifest of segment ${segment} names ${manifest.segment}`);
  const object = await archive.stat(paths.object);
  if (object?.bytes !== manifest.objectBytes)
    throw new TaplineError("corrupt", `the object of segment ${segment} is missing or of another size`, {
      remedy: `look at ${paths.object} in the archive`,
    });
  return { manifest, manifestDigest: sha256(bytes) };
}

function entryOf(
  segment: string,
  adopt: boolean,
  taps: number,
  heldElsewhere: number,
  atEpochMs: number,
): AuditEntry {
  return {
    version: 1,
    id: segment,
    atEpochMs,
    actor: { kind: "job", id: "reconcile" },
    action: adopt ? "segment.adopted" : "segment.quarantined",
    subject: `segment/${segment}`,
    reason: adopt ? "the index did not know it" : "its taps lie in other segments",
    facts: adopt ? { taps } : { taps, heldElsewhere },
  };
}
