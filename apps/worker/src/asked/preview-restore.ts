import type { KeyRing } from "@tapline/adapters/keys";
import type { AskedOutcome, CatalogueRow, SegmentCatalogue } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import { type ArchiveReader, objectPaths, segmentIdSchema } from "@tapline/core/transfer";
import { z } from "zod";
import { mostListed } from "./asked-work.ts";
import { daySchema } from "./verify-now.ts";

export type PreviewRestoreParts = {
  readonly reader: Pick<ArchiveReader, "stat">;
  readonly catalogue: Pick<SegmentCatalogue, "rows" | "rowsOfDay">;
  readonly ring: Pick<KeyRing, "read">;
};

const wishSchema = z.strictObject({ day: daySchema.nullable(), segment: segmentIdSchema.nullable() });
/** Objects asked after side by side. */
const atOnce = 16;

/** Which objects a restore of a day or a segment would fetch, whether they are there as large as they were, and which keys open them. */
export async function previewRestore(wish: unknown, parts: PreviewRestoreParts): Promise<AskedOutcome> {
  const { day, segment } = wishSchema.parse(wish);
  const all = await rowsOf(day, segment, parts);
  const rows = all.filter(({ expired }) => !expired);
  if (rows.length === 0)
    throw new TaplineError(
      "not-found",
      all.length === 0 ? "nothing of that is archived" : "its files were removed, for its time was over",
    );
  const missing = await missingOf(rows, parts.reader);
  const bytes = rows.reduce((sum, { objectBytes }) => sum + objectBytes, 0);
  const taps = rows.reduce((sum, row) => sum + row.taps, 0);
  const keys = await keysOf(rows, parts);
  return {
    says:
      missing.length === 0
        ? `A restore would fetch ${rows.length === 1 ? "one object" : `${rows.length} objects`}; all of it is there.`
        : `${missing.length} of ${rows.length} objects are not there as they should be.`,
    facts: {
      objects: rows.length,
      bytes,
      taps,
      "not as they should be": missing.length,
      removed: all.length - rows.length,
    },
    list: [
      ...missing.slice(0, mostListed),
      ...keys,
      ...rows.slice(0, mostListed).map(({ id }) => objectPaths(id).object),
    ],
  };
}

async function rowsOf(day: string | null, segment: string | null, { catalogue }: PreviewRestoreParts) {
  if (segment !== null) return await catalogue.rows([segment]);
  if (day !== null) return await catalogue.rowsOfDay(day.replaceAll("-", "/"));
  throw new TaplineError("invalid-input", "neither a day nor a segment is named");
}

async function missingOf(
  rows: readonly CatalogueRow[],
  reader: Pick<ArchiveReader, "stat">,
): Promise<string[]> {
  const missing: string[] = [];
  const left = rows.values();
  const work = async (): Promise<void> => {
    for (const { id, objectBytes } of left) {
      const path = objectPaths(id).object;
      const found = await reader.stat(path);
      if (found === null) missing.push(`${path}: is in no archive that answers`);
      else if (found.bytes !== objectBytes)
        missing.push(`${path}: has ${found.bytes} bytes, not ${objectBytes}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return missing.toSorted();
}

/** Whose keys open it, by the ring; the keys themselves are at hand of none of the workers. */
async function keysOf(rows: readonly CatalogueRow[], { ring }: PreviewRestoreParts): Promise<string[]> {
  const known = new Map((await ring.read()).map((key) => [key.ski, `${key.subject} (${key.state})`]));
  const counts = new Map<string, number>();
  for (const { keys } of rows) for (const ski of keys) counts.set(ski, (counts.get(ski) ?? 0) + 1);
  return [...counts].map(([ski, count]) => {
    const whose = known.get(ski) ?? `key ${ski}, which the ring does not have`;
    return `${whose} opens ${count === rows.length ? "all of it" : `${count} of ${rows.length} objects`}`;
  });
}
