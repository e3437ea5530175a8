import { randomBytes } from "node:crypto";
import type { KeyMap } from "@tapline/adapters/keys";
import type {
  ArchiveCopies,
  ArchiveHolds,
  ArchiveIndex,
  ArchiveNotes,
  SegmentCatalogue,
} from "@tapline/adapters/prisma";
import type { SegmentBuffer } from "@tapline/adapters/redis";
import type { SftpArchive } from "@tapline/adapters/sftp";
import { newEntry } from "@tapline/core/audit";
import type { Actor } from "@tapline/core/kernel";
import type { ArchiveReader, DayListing } from "@tapline/core/transfer";
import type { ManifestTrust } from "./read-archived.ts";

/** One archive, as its care needs it; one that cannot be written to gets nothing back. */
export type CareTarget = {
  readonly name: string;
  readonly archive: ArchiveReader & Pick<SftpArchive, "setAside"> & Partial<Pick<SftpArchive, "put">>;
};

export type LevelParts = ManifestTrust & {
  readonly targets: readonly CareTarget[];
  readonly catalogue: Pick<SegmentCatalogue, "rowsOfDay">;
  readonly index: Pick<ArchiveIndex, "knownSegments" | "findTaps" | "recordEnd" | "withdraw" | "isWithdrawn">;
  readonly notes: Pick<ArchiveNotes, "add" | "isMissing">;
  readonly copies: Pick<ArchiveCopies, "lacksRewraps">;
  readonly keys: Pick<KeyMap, "note">;
  readonly holds: Pick<ArchiveHolds, "active">;
  /** Segments under way are nobody's orphans. */
  readonly buffer: Pick<SegmentBuffer, "find">;
  readonly actor: Actor;
  /** Why a person had it done; for the audit log. */
  readonly reason?: string;
  /** The trace of the command by which it is done. */
  readonly traceId?: string;
  readonly clock: () => number;
  /** Files without a manifest are left alone for so long. */
  readonly leftoverAfterMs: number;
  /** Told of what needs a person: a segment that cannot be judged, is missing, or is held. */
  readonly onFault: (segment: string, error: unknown) => void;
  /** Told of an archive that does not answer, while another does. */
  readonly onSilent: (target: string, error: unknown) => void;
};

/** What lies in one archive on one day. */
export type Listed = { readonly target: CareTarget; readonly listing: DayListing };

/** Notes in the audit log what was found of a segment, or done with it. */
export async function noteOf(
  parts: Pick<LevelParts, "actor" | "clock" | "notes" | "reason" | "traceId">,
  action: "segment.healed" | "segment.missing" | "segment.leftovers-quarantined",
  segment: string,
  facts: Readonly<Record<string, string>>,
): Promise<void> {
  const { actor, clock, notes, traceId, reason = null } = parts;
  await notes.add(
    newEntry(clock(), randomBytes, { actor, action, subject: `segment/${segment}`, reason, traceId, facts }),
  );
}
