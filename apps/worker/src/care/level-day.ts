import type { CatalogueRow } from "@tapline/adapters/prisma";
import { hasCode, TaplineError, uuidV7EpochMs } from "@tapline/core/kernel";
import { holdOn, isWhole, listDay, missingFile, objectPaths } from "@tapline/core/transfer";
import { settleOrphan } from "../jobs/reconcile-archive.ts";
import { healSegment } from "./heal-segment.ts";
import { type CareTarget, type LevelParts, type Listed, noteOf } from "./level-parts.ts";
import { levelRewraps } from "./level-rewraps.ts";
import { type Levelled, nothingLevelled } from "./levelled.ts";

/** Compares every archive with the index for one day, `YYYY/MM/DD`, and heals what can be healed. */
export async function levelDay(day: string, parts: LevelParts): Promise<Levelled> {
  const sum = nothingLevelled();
  // The index first: what is archived while the listing runs is looked at once more before it is judged.
  const rows = new Map((await parts.catalogue.rowsOfDay(day)).map((row) => [row.id, row]));
  const listed = await listEach(day, parts);
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
  await levelRewraps(rows, listed, parts, sum);
  return sum;
}

/** Archives that do not answer are left out: what they lack is found once they do. @throws where none answers */
async function listEach(day: string, { targets, onSilent }: LevelParts): Promise<Listed[]> {
  const listed: Listed[] = [];
  const silent: (readonly [string, unknown])[] = [];
  for (const target of targets)
    try {
      listed.push({ target, listing: await listDay(target.archive, day) });
    } catch (error) {
      if (!hasCode(error, "unavailable")) throw error;
      silent.push([target.name, error]);
    }
  if (listed.length === 0) throw silent[0]?.[1];
  for (const [name, error] of silent) onSilent(name, error);
  return listed;
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
      await noteOf(parts, "segment.healed", row.id, { target: target.name, from: source.target.name, file });
      return "healed";
    } catch (error) {
      if (!(error instanceof TaplineError) || error.code === "unavailable") throw error;
      parts.onFault(row.id, error);
      return "faults";
    }
  }
  if (!(await parts.notes.isMissing(row.id, target.name)))
    await noteOf(parts, "segment.missing", row.id, { target: target.name, file });
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
    await noteOf(parts, "segment.leftovers-quarantined", id, { target: target.name });
  }
  sum.leftovers += 1;
}

/** What a hold keeps where it is. */
export function heldError(segment: string, hold: number): TaplineError {
  return new TaplineError("conflict", `hold ${hold} keeps the files of segment ${segment} where they are`, {
    remedy: "Release the hold by tapline archive hold release once it may go, or leave it so.",
  });
}
