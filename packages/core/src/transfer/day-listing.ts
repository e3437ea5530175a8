import { hasCode } from "../kernel/index.ts";
import type { ArchiveReader } from "./archive-reader.ts";
import { objectPaths, type SegmentPart, segmentOfFile } from "./object-paths.ts";

/** Sizes of a segment's files, bytes; null where one is not there. */
export type FoundFiles = { readonly [Part in SegmentPart]: number | null };

/** What lies in one day's folder of an archive. */
export type DayListing = {
  /** `YYYY/MM/DD` */
  readonly day: string;
  /** Segments of which any file lies there, by id. */
  readonly segments: ReadonlyMap<string, FoundFiles>;
  /** Names of files that are none of a segment's. */
  readonly others: readonly string[];
};

/** Lists one day's folder; one that is not there is empty. */
export async function listDay(reader: ArchiveReader, day: string): Promise<DayListing> {
  const entries = await reader.list(day).catch((error: unknown) => {
    if (hasCode(error, "not-found")) return [];
    throw error;
  });
  const segments = new Map<string, FoundFiles>();
  const others: string[] = [];
  for (const { name, kind, bytes } of entries) {
    const found = kind === "file" ? segmentOfFile(name) : null;
    // A file in another day's folder is nobody's: no path leads there.
    if (found === null || !objectPaths(found.segment).object.startsWith(`${day}/`)) others.push(name);
    else segments.set(found.segment, { ...(segments.get(found.segment) ?? nothing), [found.part]: bytes });
  }
  return { day, segments, others };
}

const nothing: FoundFiles = { object: null, manifest: null, signature: null };

/** Whether all three files are there, the object of the size that is known of it. */
export function isWhole(found: FoundFiles | undefined, objectBytes: number): boolean {
  return (
    found !== undefined && found.manifest !== null && found.signature !== null && found.object === objectBytes
  );
}

/** The path of a segment's file that is missing, or of its object where that has another size; null where it is whole. */
export function missingFile(
  segment: string,
  found: FoundFiles | undefined,
  objectBytes: number,
): string | null {
  if (isWhole(found, objectBytes)) return null;
  const paths = objectPaths(segment);
  for (const part of ["manifest", "signature"] as const)
    if ((found?.[part] ?? null) === null) return paths[part];
  return paths.object;
}
