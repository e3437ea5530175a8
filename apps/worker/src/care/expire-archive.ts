import type { Act, ArchiveExpiry } from "@tapline/adapters/prisma";
import type { SftpArchive } from "@tapline/adapters/sftp";
import { hasCode } from "@tapline/core/kernel";
import { type ArchiveReader, dayOfSegment, type Hold, listDay, objectPaths } from "@tapline/core/transfer";
import { rewrapFiles } from "./level-rewraps.ts";

export type ExpireParts = {
  readonly expiry: Pick<ArchiveExpiry, "page" | "guarded" | "begin" | "removed" | "refused">;
  readonly target: { readonly name: string; readonly archive: ArchiveReader & Pick<SftpArchive, "remove"> };
  readonly act: Act;
  readonly clock: () => number;
  /** Told of each segment that stays because of a hold. */
  readonly onHeld: (segment: string, hold: Hold) => void;
};

/** What was removed, or would be. */
export type Expired = {
  readonly segments: number;
  readonly taps: number;
  readonly bytes: number;
  readonly held: number;
};

const pageRows = 200;

/**
 * Removes the files of segments cut before a day from one archive: the index is told first, then the manifest goes, the
 * signature, the object, and what rewraps there are. Cut off anywhere, the next run goes on. What a hold guards stays.
 * @param dryRun counts and removes nothing
 * @throws TaplineError `forbidden` where the archive refuses: the segment is as before, and the rest is not tried
 */
export async function expireArchive(
  beforeDay: string,
  dryRun: boolean,
  parts: ExpireParts,
): Promise<Expired> {
  const { expiry, target, onHeld } = parts;
  const sum = { segments: 0, taps: 0, bytes: 0, held: 0 };
  const rewrapsOf = rewrapFinder(target.archive);
  for (let after = ""; ; ) {
    const page = await expiry.page(beforeDay, target.name, after, pageRows);
    const guarded = dryRun ? await expiry.guarded(page.map(({ id }) => id)) : null;
    for (const { id, taps, objectBytes } of page) {
      const hold = guarded === null ? await expireOne(id, rewrapsOf, parts) : (guarded.get(id) ?? null);
      if (hold === null) {
        sum.segments += 1;
        sum.taps += taps;
        sum.bytes += objectBytes;
      } else {
        sum.held += 1;
        onHeld(id, hold);
      }
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return sum;
    after = last.id;
  }
}

async function expireOne(
  id: string,
  rewrapsOf: (id: string) => Promise<readonly string[]>,
  { expiry, target, act, clock }: ExpireParts,
): Promise<Hold | null> {
  const rewraps = await rewrapsOf(id);
  const hold = await expiry.begin(id, act, clock());
  if (hold !== null) return hold;
  const { manifest, signature, object } = objectPaths(id);
  try {
    await target.archive.remove([manifest, signature, object, ...rewraps]);
  } catch (error) {
    if (hasCode(error, "forbidden")) await expiry.refused(id, target.name, act, clock());
    throw error;
  }
  await expiry.removed(id, target.name);
  return null;
}

/** Finds the files of a segment's rewraps. Segments come day by day, so that each day is listed once. */
function rewrapFinder(archive: ArchiveReader): (id: string) => Promise<readonly string[]> {
  let listed = { day: "", files: rewrapFiles({ day: "", others: [] }) };
  return async (id) => {
    const day = dayOfSegment(id);
    if (day !== listed.day) listed = { day, files: rewrapFiles(await listDay(archive, day)) };
    return listed.files.get(id) ?? [];
  };
}
