import { randomBytes } from "node:crypto";
import type {
  ArchiveHolds,
  ArchiveIndex,
  ArchiveNotes,
  CatalogueRow,
  SegmentCatalogue,
} from "@tapline/adapters/prisma";
import type { SegmentBuffer } from "@tapline/adapters/redis";
import type { SftpArchive } from "@tapline/adapters/sftp";
import { newEntry } from "@tapline/core/audit";
import { type Actor, TaplineError, uuidV7EpochMs } from "@tapline/core/kernel";
import {
  type ArchiveReader,
  type DayListing,
  holdOn,
  isWhole,
  listDay,
  missingFile,
  objectPaths,
} from "@tapline/core/transfer";
import { settleOrphan } from "../jobs/reconcile-archive.ts";
import { healSegment } from "./heal-segment.ts";
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
  readonly holds: Pick<ArchiveHolds, "active">;
  /** Segments under way are nobody's orphans. */
  readonly buffer: Pick<SegmentBuffer, "find">;
  readonly actor: Actor;
  readonly clock: () => number;
  /** Files without a manifest are left alone for so long. */
  readonly leftoverAfterMs: number;
  /** Told of what needs a person: a segment that cannot be judged, is missing, or is held. */
  readonly onFault: (segment: string, error: unknown) => void;
};

/** What a comparison found and did, in segments. */
export type Levelled = {
  /** Of the index, looked for in every archive that holds them. */
  known: number;
  /** In the archive and unknown to the index: taken in, or out of the count. */
  adopted: number;
  quarantined: number;
  /** Lost by one archive, and copied back from another. */
  healed: number;
  /** Lost by an archive, and to be had from no other. */
  missing: number;
  /** Files without a manifest, moved into quarantine. */
  leftovers: number;
  faults: number;
};

type Listed = { readonly target: CareTarget; readonly listing: DayListing };

/** Compares every archive with the index for one day, `YYYY/MM/DD`, and heals what can be healed. */
export async function levelDay(day: string, parts: LevelParts): Promise<Levelled> {
  const sum: Levelled = {
    known: 0,
    adopted: 0,
    quarantined: 0,
    healed: 0,
    missing: 0,
    leftovers: 0,
    faults: 0,
  };
  // The index first: what is archived while the listing runs is looked at once more before it is judged.
  const rows = new Map((await parts.catalogue.rowsOfDay(day)).map((row) => [row.id, row]));
  const listed: Listed[] = [];
  for (const target of parts.targets) listed.push({ target, listing: await listDay(target.archive, day) });
  for (const row of rows.values()) {
    if (row.expired) continue;
    sum.known += 1;
    for (const { target, listing } of listed)
      if (row.targets.includes(target.name) && !isWhole(listing.segments.get(row.id), row.objectBytes))
        sum[await settleLost(row, target, listed, parts)] += 1;
  }
  const strangers = new Set(
    listed.flatMap(({ listing }) => [...listing.segments.keys()].filter((id) => !rows.has(id))),
  );
  for (const id of strangers) await settleStranger(id, listed, parts, sum);
  return sum;
}

/** A segment of the index that an archive has lost, in whole or in part. */
async function settleLost(
  row: CatalogueRow,
  target: CareTarget,
  listed: readonly Listed[],
  parts: LevelParts,
): Promise<"healed" | "missing" | "faults"> {
  const found = (of: CareTarget) => listed.find((one) => one.target === of)?.listing.segments.get(row.id);
  const source = listed.find(
    (one) => one.target !== target && isWhole(one.listing.segments.get(row.id), row.objectBytes),
  );
  const file = missingFile(row.id, found(target), row.objectBytes) ?? objectPaths(row.id).object;
  if (source !== undefined && target.archive.put !== undefined) {
    try {
      await healSegment(row, source.target, target, parts);
      await note(parts, "segment.healed", row.id, { target: target.name, from: source.target.name, file });
      return "healed";
    } catch (error) {
      if (!(error instanceof TaplineError) || error.code === "unavailable") throw error;
      parts.onFault(row.id, error);
      return "faults";
    }
  }
  if (!(await parts.notes.isMissing(row.id, target.name)))
    await note(parts, "segment.missing", row.id, { target: target.name, file });
  parts.onFault(
    row.id,
    new TaplineError(
      "not-found",
      `archive ${target.name} has lost ${file}, or has it in another size, and no other has it`,
      {
        remedy: "Restore the segment's three files from a copy of the archive.",
      },
    ),
  );
  return "missing";
}

/** What lies in an archive and was unknown to the index when the day was begun. */
async function settleStranger(
  id: string,
  listed: readonly Listed[],
  parts: LevelParts,
  sum: Levelled,
): Promise<void> {
  // In this order: what ends between the two questions is known to the index.
  if ((await parts.buffer.find(id)) !== null) return;
  if ((await parts.index.knownSegments([id])).size > 0) return;
  const holders = listed.filter(({ listing }) => (listing.segments.get(id)?.manifest ?? null) !== null);
  const [first] = holders;
  if (first === undefined) return await settleLeftovers(id, listed, parts, sum);
  const { archive } = first.target;
  const everywhere = {
    list: (dir: string) => archive.list(dir),
    stat: (path: string) => archive.stat(path),
    read: (path: string) => archive.read(path),
    quarantine: async (segment: string): Promise<void> => {
      const { manifest, signature, object } = objectPaths(segment);
      for (const { target } of listed) await target.archive.setAside([manifest, signature, object]);
    },
  };
  const copies = () => holders.map(({ target }) => target.name);
  const outcome = await settleOrphan(id, { ...parts, archive: everywhere, copies });
  if (outcome !== "known") sum[outcome] += 1;
}

/** Files of a segment that was never committed and never will be: its taps were sent again. */
async function settleLeftovers(
  id: string,
  listed: readonly Listed[],
  parts: LevelParts,
  sum: Levelled,
): Promise<void> {
  if (parts.clock() - uuidV7EpochMs(id) < parts.leftoverAfterMs) return;
  const hold = holdOn(await parts.holds.active(), { segment: id, agents: null, trackers: null });
  if (hold !== null) {
    sum.faults += 1;
    parts.onFault(id, heldError(id, hold.id));
    return;
  }
  for (const { target, listing } of listed) {
    const files = listing.segments.get(id);
    if (files === undefined) continue;
    const { signature, object } = objectPaths(id);
    await target.archive.setAside([signature, object]);
    await note(parts, "segment.leftovers-quarantined", id, { target: target.name });
  }
  sum.leftovers += 1;
}

/** What a hold keeps where it is. */
export function heldError(segment: string, hold: number): TaplineError {
  return new TaplineError("conflict", `hold ${hold} keeps the files of segment ${segment} where they are`, {
    remedy: "Release the hold by tapline archive hold release once it may go, or leave it so.",
  });
}

async function note(
  parts: LevelParts,
  action: "segment.healed" | "segment.missing" | "segment.leftovers-quarantined",
  segment: string,
  facts: Readonly<Record<string, string>>,
): Promise<void> {
  const { actor, clock, notes } = parts;
  await notes.add(
    newEntry(clock(), randomBytes, { actor, action, subject: `segment/${segment}`, reason: null, facts }),
  );
}
