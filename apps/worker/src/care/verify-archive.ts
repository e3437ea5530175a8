import type { CatalogueRow, SegmentCatalogue } from "@tapline/adapters/prisma";
import type { ErrorCode } from "@tapline/core/kernel";
import { archivedDays, type DayListing, dayOfSegment, listDay, objectPaths } from "@tapline/core/transfer";
import { type FoundRewraps, rewrapsIn, verifyRewrap } from "./verify-rewrap.ts";
import { type ArchiveFault, faultOf, type SegmentParts, verifySegment } from "./verify-segment.ts";

export type VerifyParts = SegmentParts & {
  /** What the archive should hold; null: it is not compared with the index. */
  readonly catalogue: Pick<SegmentCatalogue, "days" | "rowsOfDay" | "rows"> | null;
  /** The archive's name, where one of several is looked at: it need not hold what others hold. */
  readonly target: string | null;
  /** A number from 0 to below 1. */
  readonly chance: () => number;
  readonly onFault: (fault: ArchiveFault) => void;
  /** Awaited after each day. @param read segments whose objects were read and found right */
  readonly onDay: (day: string, soFar: Verified, read: readonly string[]) => Promise<void> | void;
};

export type VerifyWish = {
  /** `YYYY/MM/DD` of the first day; "" = all. */
  readonly sinceDay: string;
  /** `YYYY/MM/DD`: this day alone. */
  readonly day?: string;
  /** How many of the objects are read, 0 to 1. Manifests and signatures are all read. */
  readonly sampleRatio: number;
  /** This segment alone. */
  readonly segment: string | null;
};

/** What was looked at, and what was found. */
export type Verified = {
  readonly segments: number;
  /** Segments whose object was read. */
  readonly objects: number;
  /** Of these, decrypted and held against their proof line by line. */
  readonly decrypted: number;
  /** Of these, closed: no key at hand opens them, and their digests are right. By the keys that would. */
  readonly closed: Readonly<Record<string, number>>;
  readonly objectBytes: number;
  readonly taps: number;
  /** Taps that stand behind a later one of their agent: archived late, and no fault. */
  readonly outOfOrder: number;
  /** Heads beside objects, by which these open with one more key. */
  readonly rewraps: number;
  /** Files without a manifest: an upload under way, or what a killed one left. They count for nothing. */
  readonly uncommitted: number;
  readonly faults: number;
};

type Sum = { -readonly [Key in keyof Verified]: Verified[Key] } & { closed: Record<string, number> };
type Run = {
  readonly parts: VerifyParts;
  readonly wish: VerifyWish;
  readonly sum: Sum;
  unknown: string[];
  /** Of the day, those whose objects were read and found right. */
  read: string[];
};

/** Segments looked at side by side: reading waits for the wire, hashing for the processor. */
const atOnce = 4;

/**
 * Verifies an archive: each segment's signature, digests and content, and against the index what is missing, unknown or
 * other. A fault does not stop it. Holds one day's listing and rows at a time; names of taps go to `names`, for who asks
 * whether each is there once.
 * @throws TaplineError `unavailable` where the archive or the database does not answer
 */
export async function verifyArchive(wish: VerifyWish, parts: VerifyParts): Promise<Verified> {
  const sum = { segments: 0, objects: 0, decrypted: 0, closed: {}, objectBytes: 0, taps: 0, outOfOrder: 0 };
  const run: Run = {
    parts,
    wish,
    sum: { ...sum, rewraps: 0, uncommitted: 0, faults: 0 },
    unknown: [],
    read: [],
  };
  for (const day of await daysOf(run)) {
    run.read = [];
    await verifyDay(day, run);
    await parts.onDay(day, run.sum, run.read);
  }
  await tellUnknown(run);
  return run.sum;
}

/** Days that the archive has, and those that only the index knows. */
async function daysOf({ parts, wish }: Run): Promise<string[]> {
  if (wish.segment !== null) return [dayOfSegment(wish.segment)];
  if (wish.day !== undefined) return [wish.day];
  const archived = await Array.fromAsync(archivedDays(parts.reader, wish.sinceDay));
  return [...new Set([...archived, ...((await parts.catalogue?.days(wish.sinceDay)) ?? [])])].sort();
}

async function verifyDay(day: string, run: Run): Promise<void> {
  const { parts, wish, sum } = run;
  // The index first: what is archived meanwhile is unknown to it, and asked for once more in the end.
  const rows = new Map((await parts.catalogue?.rowsOfDay(day))?.map((row) => [row.id, row]));
  const listing = await listDay(parts.reader, day);
  const isMeant = (id: string): boolean => wish.segment === null || wish.segment === id;
  const committed: string[] = [];
  for (const [id, files] of listing.segments) {
    if (!isMeant(id)) continue;
    if (files.manifest !== null) committed.push(id);
    else if (!rows.has(id)) sum.uncommitted += Object.values(files).filter((bytes) => bytes !== null).length;
  }
  tellMissing(
    [...rows.values()].filter(({ id }) => isMeant(id)),
    listing,
    run,
  );
  const rewraps = rewrapsIn(listing);
  sum.uncommitted += wish.segment === null ? rewraps.unfinishedFiles : 0;
  const ids = committed.values();
  const work = async (): Promise<void> => {
    for (const id of ids) await verifyOne(id, rows.get(id), rewraps, run);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (wish.segment !== null && committed.length === 0 && !rows.has(wish.segment))
    tell(run, missing(wish.segment, "nothing of it lies in the archive"));
}

async function verifyOne(
  id: string,
  row: CatalogueRow | undefined,
  rewraps: FoundRewraps,
  run: Run,
): Promise<void> {
  const { parts, wish, sum } = run;
  sum.segments += 1;
  if (row === undefined && parts.catalogue !== null) run.unknown.push(id);
  try {
    const readsObject = wish.sampleRatio >= 1 || parts.chance() < wish.sampleRatio;
    const found = await verifySegment(id, row ?? null, readsObject, parts);
    sum.taps += found.manifest.taps;
    sum.outOfOrder += found.outOfOrder;
    if (readsObject) {
      sum.objects += 1;
      run.read.push(id);
      sum.objectBytes += found.manifest.objectBytes;
      if (found.isDecrypted) sum.decrypted += 1;
      if (found.closedFor !== null) sum.closed[found.closedFor] = (sum.closed[found.closedFor] ?? 0) + 1;
    }
    for (const ski of rewraps.of.get(id) ?? []) {
      sum.rewraps += 1;
      await verifyRewrap(found.manifest, ski, readsObject, parts).catch((error: unknown) =>
        tell(run, faultOf(id, error)),
      );
    }
  } catch (error) {
    tell(run, faultOf(id, error));
  }
}

/** What the index knows and the archive does not have; what was removed on purpose is not missed. */
function tellMissing(rows: readonly CatalogueRow[], listing: DayListing, run: Run): void {
  const { target } = run.parts;
  for (const { id, expired, targets } of rows) {
    if (expired || (target !== null && !targets.includes(target))) continue;
    if ((listing.segments.get(id)?.manifest ?? null) === null)
      tell(run, missing(id, "the index knows this segment, and its manifest is not in the archive"));
  }
}

/** What the archive has and the index does not; what was on its way when its day was looked at is known by now. */
async function tellUnknown(run: Run): Promise<void> {
  const { catalogue } = run.parts;
  for (let i = 0; catalogue !== null && i < run.unknown.length; i += 500) {
    const ids = run.unknown.slice(i, i + 500);
    const known = new Set((await catalogue.rows(ids)).map((row) => row.id));
    for (const id of ids)
      if (!known.has(id))
        tell(run, missing(id, "the index does not know this segment: tapline archive reindex settles it"));
  }
}

function missing(segment: string, message: string): ArchiveFault {
  return { segment, file: objectPaths(segment).manifest, code: "not-found" satisfies ErrorCode, message };
}

function tell(run: Run, fault: ArchiveFault): void {
  run.sum.faults += 1;
  run.parts.onFault(fault);
}
