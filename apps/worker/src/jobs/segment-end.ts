import type { SegmentEnd, SegmentRow } from "@tapline/adapters/prisma";
import type { QuotaStanding, RefusedQuota, SealedSegment } from "@tapline/adapters/redis";
import { entryAs } from "@tapline/core/audit";
import { type OpenSegment, tapTraces } from "@tapline/core/buffer";
import { sha256 } from "@tapline/core/kernel";
import { agentRuns, type Manifest, objectPaths, type SegmentMember, tapRuns } from "@tapline/core/transfer";
import type { TapVerdict } from "@tapline/core/validation";
import { duplicatesOf } from "./duplicates-of.ts";
import { equivocationEntries } from "./equivocation-entries.ts";
import { quarantineRows } from "./quarantine-rows.ts";
import { quotaEntries } from "./refused-taps.ts";
import type { LoadedSegment, LoadedTap } from "./segment-loader.ts";

export const byTransfer = { actor: { kind: "job", id: "transfer" } } as const;

type EndParts = {
  readonly refusedQuota: Pick<RefusedQuota, "perDay">;
  /** Seals quarantined taps: 32 bytes. */
  readonly processKey: Uint8Array;
  readonly clock: () => number;
};

/** What transfer made of a segment: its row, null where nothing was accepted; the archives that hold it; what its refused taps came to. */
type Outcome = {
  readonly row: SegmentRow | null;
  readonly copies: readonly string[];
  readonly quota: QuotaStanding;
};

/** What is recorded of a segment's end, in one transaction. */
export function endOf(
  segment: OpenSegment,
  loaded: LoadedSegment,
  verdicts: readonly TapVerdict[],
  { row, copies, quota }: Outcome,
  parts: EndParts,
): SegmentEnd {
  const nowEpochMs = parts.clock();
  const rejected = verdicts.filter((verdict) => verdict.is === "rejected").length;
  const duplicates = verdicts.filter((verdict) => verdict.is === "duplicate").length;
  const entry = entryAs(segment.id, nowEpochMs, {
    ...byTransfer,
    action: row === null ? "segment.refused" : "segment.archived",
    subject: `segment/${segment.id}`,
    reason: null,
    // The trace that the stages' spans are in: of the first traced tap, whoever repeats the attempt.
    traceId: tapTraces(loaded.taps.map((tap) => tap.buffered))[0]?.traceId ?? null,
    facts: {
      taps: loaded.taps.length,
      archived: row?.taps ?? 0,
      duplicates,
      rejected,
      ...(row === null
        ? {}
        : {
            // It names the object's digest, too.
            manifestSha256: row.manifestDigest.toString("hex"),
            archives: copies.join(","),
          }),
    },
  });
  const quarantine = quarantineRows(loaded.taps, verdicts, parts.processKey, quota.over);
  const { id, generation } = segment;
  return {
    id,
    generation,
    segment: row,
    copies,
    quarantine,
    duplicateRuns: duplicatesOf(loaded.taps, verdicts),
    entry,
    moreEntries: [
      ...equivocationEntries(loaded.taps, verdicts, id, nowEpochMs),
      ...quotaEntries(quota.spent, parts.refusedQuota.perDay, id, nowEpochMs),
    ],
  };
}

/** The row of a segment in the archive's index. @param members the accepted taps, in their order */
export function rowOfSealed(
  id: string,
  accepted: readonly LoadedTap[],
  members: readonly SegmentMember[],
  sealed: SealedSegment,
): SegmentRow {
  const readAt = accepted.map(({ buffered }) => buffered.readAtEpochMs);
  return {
    id,
    objectPath: objectPaths(id).object,
    objectBytes: sealed.object.length,
    objectDigest: sha256(sealed.object),
    manifestDigest: sha256(sealed.manifest),
    taps: accepted.length,
    keyIds: keyIdsOf(sealed.manifest),
    firstReadAtEpochMs: Math.min(...readAt),
    lastReadAtEpochMs: Math.max(...readAt),
    tapRuns: tapRuns(members),
    agentRuns: agentRuns(members),
  };
}

/** Of a manifest of our own, a moment old: what it holds besides was checked as it was built. */
function keyIdsOf(manifest: Buffer): string[] {
  const { recipients } = JSON.parse(manifest.toString("utf8")) as Pick<Manifest, "recipients">;
  return recipients.map(({ ski }) => ski);
}
