import { randomBytes } from "node:crypto";
import type { KeyMap } from "@tapline/adapters/keys";
import type { ArchiveNotes } from "@tapline/adapters/prisma";
import { type AuditEntry, newEntry } from "@tapline/core/audit";
import type { KeyRack } from "@tapline/core/encryption";
import type { Actor } from "@tapline/core/kernel";
import { type ArchiveReader, archivedSegments, firstOf, rewrapPaths } from "@tapline/core/transfer";
import { ClosedObjectError } from "./read-rewrap.ts";
import { type RewrapArchive, type RewrapOutcome, type RewrapParts, rewrapSegment } from "./rewrap-segment.ts";
import { type ArchiveFault, faultOf } from "./verify-segment.ts";

export type RewrapArchiveParts = Omit<RewrapParts, "archive" | "keys"> & {
  readonly targets: readonly { readonly name: string; readonly archive: RewrapArchive }[];
  /** All of them as one. */
  readonly reader: ArchiveReader;
  readonly notes: Pick<ArchiveNotes, "add">;
  /** Who can open the objects now. */
  readonly rack: KeyRack;
  readonly keyMap: Pick<KeyMap, "note" | "noteRewrap">;
  readonly actor: Actor;
  readonly reason: string;
  readonly traceId: string;
  readonly onFault: (fault: ArchiveFault) => void;
  readonly onClosed: (error: ClosedObjectError) => void;
};

/** Segments by what became of them; `closed`: no key at hand opens them. */
export type Rewrapped = Record<RewrapOutcome | "closed" | "failed", number>;

/** Segments at once: reading waits for the wire, decrypting for the processor. */
const atOnce = 4;

/**
 * Has every archived object open with one more key, in the first archive that has it unaltered, and notes that in the key
 * map; with the note each other archive that holds the segment gets a task to copy the rewrap. A segment that cannot be
 * rewrapped does not stop the others. Where it begins and how it ends are audited.
 * @param sinceDay `YYYY/MM/DD` of the first day; "" = all
 * @throws TaplineError `unavailable` where archives or database do not answer; a further run goes on from there
 */
export async function rewrapArchive(sinceDay: string, parts: RewrapArchiveParts): Promise<Rewrapped> {
  const sum: Rewrapped = { rewrapped: 0, present: 0, recipient: 0, closed: 0, failed: 0 };
  await note(parts, "archive.rewrap-started", { sinceDay });
  const segments = archivedSegments(parts.reader, sinceDay);
  const work = async (): Promise<void> => {
    for await (const segment of segments)
      try {
        sum[await rewrapOne(segment, parts)] += 1;
      } catch (error) {
        if (error instanceof ClosedObjectError) {
          parts.onClosed(error);
          sum.closed += 1;
          continue;
        }
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

/** Where one archive has the rewrap already, none is made: a second head for the same key would be one too many. */
async function rewrapOne(segment: string, parts: RewrapArchiveParts): Promise<RewrapOutcome> {
  const { statement } = rewrapPaths(segment, parts.added.ski);
  const standing = await Promise.allSettled(
    parts.targets.map(async ({ archive }) => (await archive.stat(statement)) !== null),
  );
  const has = parts.targets.filter((_, i) => {
    const one = standing[i];
    return one?.status === "fulfilled" && one.value;
  });
  const { outcome, name } = await firstOf(has.length > 0 ? has : parts.targets, async (target) => ({
    outcome: await rewrapSegment(segment, { ...parts, keys: parts.rack, archive: target.archive }),
    name: target.name,
  }));
  if (parts.dryRun) return outcome;
  if (outcome === "recipient") await parts.keyMap.note(segment, parts.added.ski);
  else {
    const lieAt = outcome === "present" ? has.map((one) => one.name) : [name];
    await parts.keyMap.noteRewrap(segment, parts.added.ski, lieAt);
  }
  return outcome;
}

async function note(
  { notes, clock, actor, reason, traceId, added, dryRun }: RewrapArchiveParts,
  action: "archive.rewrap-started" | "archive.rewrapped",
  facts: AuditEntry["facts"],
): Promise<void> {
  if (dryRun) return;
  const whom = { recipient: added.subject, certSha256: added.certSha256 };
  const entry = { actor, reason, traceId, action, subject: `key/${added.ski}`, facts: { ...facts, ...whom } };
  await notes.add(newEntry(clock(), randomBytes, entry));
}
