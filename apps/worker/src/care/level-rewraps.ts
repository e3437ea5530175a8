import type { CatalogueRow } from "@tapline/adapters/prisma";
import { TaplineError, uuidV7EpochMs } from "@tapline/core/kernel";
import { type DayListing, holdOn, objectPaths, rewrapOfFile } from "@tapline/core/transfer";
import { type LevelParts, type Listed, noteOf } from "./level-parts.ts";
import type { Levelled } from "./levelled.ts";
import { readVerifiedManifest } from "./read-archived.ts";
import { readVerifiedRewrap } from "./read-rewrap.ts";
import { rewrapsIn } from "./verify-rewrap.ts";

/**
 * Compares the rewraps of one day: what one archive lacks and another has becomes a task, a key that the key map does not
 * know is noted, and what lies beside no segment goes to quarantine.
 * @param rows the index's segments of the day, by id
 */
export async function levelRewraps(
  rows: ReadonlyMap<string, CatalogueRow>,
  listed: readonly Listed[],
  parts: LevelParts,
  sum: Levelled,
): Promise<void> {
  const found = listed.map((one) => ({ ...one, rewraps: rewrapsIn(one.listing).of }));
  for (const id of new Set(found.flatMap(({ rewraps }) => [...rewraps.keys()]))) {
    const row = rows.get(id);
    if (row === undefined || row.expired) continue;
    const holders = found.filter(({ target }) => row.targets.includes(target.name));
    const skis = new Set(holders.flatMap(({ rewraps }) => rewraps.get(id) ?? []));
    for (const ski of skis)
      if (!row.keys.some((key) => key.startsWith(ski))) await noteKey(id, ski, holders, parts, sum);
    const lacking = holders.filter(({ rewraps }) => (rewraps.get(id)?.length ?? 0) < skis.size);
    for (const { target } of lacking) await parts.copies.lacksRewraps(id, target.name);
    if (lacking.length > 0) sum.rewraps += 1;
  }
  for (const one of listed) await setStraysAside(one, rows, parts, sum);
}

/** Who reads an index that was rebuilt from manifests shall find the keys of rewraps there, too. */
async function noteKey(
  segment: string,
  ski: string,
  holders: readonly {
    readonly target: Listed["target"];
    readonly rewraps: ReadonlyMap<string, readonly string[]>;
  }[],
  parts: LevelParts,
  sum: Levelled,
): Promise<void> {
  const holder = holders.find(({ rewraps }) => rewraps.get(segment)?.includes(ski));
  if (holder === undefined) return;
  const { archive } = holder.target;
  try {
    const { manifest } = await readVerifiedManifest(archive, segment, parts);
    const { rewrap } = await readVerifiedRewrap(archive, manifest, ski, parts);
    await parts.keys.note(segment, rewrap.added.ski);
  } catch (error) {
    if (!(error instanceof TaplineError) || error.code === "unavailable") throw error;
    sum.faults += 1;
    parts.onFault(segment, error);
  }
}

/** Rewraps whose segment was removed, or taken out of the count, open nothing any more. */
async function setStraysAside(
  { target, listing }: Listed,
  rows: ReadonlyMap<string, CatalogueRow>,
  parts: LevelParts,
  sum: Levelled,
): Promise<void> {
  for (const [id, paths] of rewrapFiles(listing)) {
    const row = rows.get(id);
    const belongs = row !== undefined && !row.expired && row.targets.includes(target.name);
    if (belongs || listing.segments.has(id)) continue;
    if (parts.clock() - uuidV7EpochMs(id) < parts.leftoverAfterMs) continue;
    if (holdOn(await parts.holds.active(), { segment: id, agents: null, trackers: null }) !== null) continue;
    await target.archive.setAside(paths);
    await noteOf(parts, "segment.leftovers-quarantined", id, { target: target.name });
    sum.leftovers += 1;
  }
}

/** Paths of all files of rewraps in one day's folder by segment, the statements first: without these the others count for nothing. */
export function rewrapFiles({
  day,
  others,
}: Pick<DayListing, "day" | "others">): ReadonlyMap<string, string[]> {
  const files = new Map<string, string[]>();
  for (const name of others) {
    const found = rewrapOfFile(name);
    // A file in another day's folder is nobody's: no path leads there.
    if (found === null || !objectPaths(found.segment).object.startsWith(`${day}/`)) continue;
    const paths = files.get(found.segment) ?? [];
    if (found.part === "statement") paths.unshift(`${day}/${name}`);
    else paths.push(`${day}/${name}`);
    files.set(found.segment, paths);
  }
  return files;
}
