import { randomBytes } from "node:crypto";
import type { KeyMap } from "@tapline/adapters/keys";
import type { ArchiveNotes } from "@tapline/adapters/prisma";
import { type AuditEntry, newEntry } from "@tapline/core/audit";
import type { Actor } from "@tapline/core/kernel";
import { archivedSegments } from "@tapline/core/transfer";
import { type RewrapOutcome, type RewrapParts, rewrapSegment } from "./rewrap-segment.ts";
import { type ArchiveFault, faultOf } from "./verify-segment.ts";

export type RewrapArchiveParts = RewrapParts & {
  readonly notes: Pick<ArchiveNotes, "add">;
  readonly keys: Pick<KeyMap, "note">;
  readonly actor: Actor;
  readonly reason: string;
  readonly onFault: (fault: ArchiveFault) => void;
};

/** Segments by what became of them. */
export type Rewrapped = Record<RewrapOutcome | "failed", number>;

/** Segments at once: reading waits for the wire, decrypting for the processor. */
const atOnce = 4;

/**
 * Has every archived object open with one more key, and notes that in the key map. One that cannot be does not stop the
 * others. Where it begins and how it ends are audited.
 * @param sinceDay `YYYY/MM/DD` of the first day; "" = all
 * @throws TaplineError `unavailable` where archive or database do not answer; a further run goes on from there
 */
export async function rewrapArchive(sinceDay: string, parts: RewrapArchiveParts): Promise<Rewrapped> {
  const sum: Rewrapped = { rewrapped: 0, present: 0, recipient: 0, failed: 0 };
  await note(parts, "archive.rewrap-started", { sinceDay });
  const segments = archivedSegments(parts.archive, sinceDay);
  const work = async (): Promise<void> => {
    for await (const segment of segments)
      try {
        const outcome = await rewrapSegment(segment, parts);
        if (!parts.dryRun) await parts.keys.note(segment, parts.added.ski);
        sum[outcome] += 1;
      } catch (error) {
        parts.onFault(faultOf(segment, error));
        sum.failed += 1;
      }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    await note(parts, "archive.rewrapped", sum);
  }
  return sum;
}

async function note(
  { notes, clock, actor, reason, added, dryRun }: RewrapArchiveParts,
  action: "archive.rewrap-started" | "archive.rewrapped",
  facts: AuditEntry["facts"],
): Promise<void> {
  if (dryRun) return;
  const whom = { recipient: added.subject, certSha256: added.certSha256 };
  const entry = { actor, reason, action, subject: `key/${added.ski}`, facts: { ...facts, ...whom } };
  await notes.add(newEntry(clock(), randomBytes, entry));
}
