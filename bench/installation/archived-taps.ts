import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { openEnvelope, type RecipientKey } from "@tapline/core/encryption";

/** A tap as the archive's holder finds it; the line has more, of which its packet can be made again. */
export type ArchivedTap = {
  readonly tracker: string;
  readonly trackerEpoch: number;
  readonly trackerSeq: number;
  readonly agent: string;
  readonly epoch: number;
  readonly seq: number;
};

/** The objects of `archiveDir` that are committed, in the order in which their segments were cut: those whose manifest stands, quarantine left out. */
export async function committedObjects(archiveDir: string): Promise<string[]> {
  const names = await readdir(archiveDir, { recursive: true });
  return names
    .filter((name) => name.endsWith(".manifest.json") && !name.startsWith("quarantine"))
    .toSorted()
    .map((name) => join(archiveDir, name.replace(/\.manifest\.json$/, ".ndjson.gz.p7m")));
}

/** Decrypts every committed object of `archiveDir`, one after the other. */
export async function* archivedTaps(archiveDir: string, key: RecipientKey): AsyncGenerator<ArchivedTap> {
  for (const object of await committedObjects(archiveDir)) {
    const text = gunzipSync(openEnvelope(await readFile(object), key)).toString("utf8");
    for (const line of text.trimEnd().split("\n")) yield JSON.parse(line) as ArchivedTap;
  }
}

/** A tap's identity by its tracker. */
export function identityOf({ tracker, trackerEpoch, trackerSeq }: ArchivedTap): string {
  return `${tracker}/${trackerEpoch}/${trackerSeq}`;
}

/** Counts the taps in the archive, and those that are there more than once. */
export async function countArchived(
  archiveDir: string,
  key: RecipientKey,
): Promise<{ readonly taps: number; readonly doubled: number }> {
  const seen = new Set<string>();
  let taps = 0;
  for await (const tap of archivedTaps(archiveDir, key)) {
    taps++;
    seen.add(identityOf(tap));
  }
  return { taps, doubled: taps - seen.size };
}
