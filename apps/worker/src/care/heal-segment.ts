import type { ArchiveHolds, CatalogueRow } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import { holdOn, objectPaths, runsOf } from "@tapline/core/transfer";
import type { CareTarget } from "./level-parts.ts";
import { type ManifestTrust, readObject, readVerifiedManifest } from "./read-archived.ts";

/**
 * Copies a segment back into an archive that has lost it, out of another one: verified first, then object and signature,
 * the manifest last. A file that is there with other bytes goes to quarantine, unless a hold keeps it.
 * @throws TaplineError `corrupt` where the other copy is not the index's, `conflict` where a hold keeps what is in the way
 */
export async function healSegment(
  row: CatalogueRow,
  from: CareTarget,
  to: CareTarget,
  parts: ManifestTrust & { readonly holds: Pick<ArchiveHolds, "active"> },
): Promise<void> {
  const { manifest, manifestDigest } = await readVerifiedManifest(from.archive, row.id, parts);
  if (!manifestDigest.equals(row.manifestDigest))
    throw new TaplineError(
      "corrupt",
      `archive ${from.name} has another manifest of segment ${row.id} than the index`,
    );
  const object = await readObject(from.archive, manifest);
  const paths = objectPaths(row.id);
  const signature = await from.archive.read(paths.signature);
  const files = [
    [paths.object, object],
    [paths.signature, signature],
    [paths.manifest, await from.archive.read(paths.manifest)],
  ] as const;
  const { tapRuns, agentRuns } = runsOf(manifest);
  const hold = holdOn(await parts.holds.active(), {
    segment: row.id,
    agents: new Set(agentRuns.map(({ agent }) => agent)),
    trackers: new Set(tapRuns.map(({ tracker }) => tracker)),
  });
  for (const [path, bytes] of files) {
    const there = await to.archive.stat(path);
    if (there === null || (there.bytes === bytes.length && (await to.archive.read(path)).equals(bytes)))
      continue;
    if (hold !== null)
      throw new TaplineError(
        "conflict",
        `${path} in archive ${to.name} is damaged, and hold ${hold.id} keeps it there`,
        {
          remedy: "Release the hold, or mend the file by hand.",
        },
      );
    await to.archive.setAside([path]);
  }
  for (const [path, bytes] of files) await to.archive.put?.(path, bytes);
}
