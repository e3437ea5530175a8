import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { openEnvelope } from "@tapline/core/encryption";

/** Decrypts every committed object of `archiveDir` and counts taps, and taps that are there more than once. */
export async function countArchived(
  archiveDir: string,
  key: { readonly certPem: string; readonly keyPem: string },
): Promise<{ readonly taps: number; readonly doubled: number; readonly objects: string[] }> {
  const names = await readdir(archiveDir, { recursive: true });
  const objects = names
    .filter((name) => name.endsWith(".manifest.json"))
    .map((name) => join(archiveDir, name.replace(/\.manifest\.json$/, ".ndjson.gz.p7m")));
  const seen = new Set<string>();
  let taps = 0;
  for (const object of objects) {
    const text = gunzipSync(openEnvelope(await readFile(object), key)).toString("utf8");
    for (const line of text.trimEnd().split("\n")) {
      const { tracker, trackerEpoch, trackerSeq } = JSON.parse(line) as Record<string, unknown>;
      taps++;
      seen.add(`${tracker}/${trackerEpoch}/${trackerSeq}`);
    }
  }
  return { taps, doubled: taps - seen.size, objects };
}
