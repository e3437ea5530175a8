import type { CatalogueRow, DrillResult, RestoreDrills } from "@tapline/adapters/prisma";
import { type Actor, hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import type { ArchiveReader } from "@tapline/core/transfer";
import { writeDrillMessage } from "./drill-message.ts";
import { type KeyFiles, openApart } from "./open-apart.ts";
import { type ManifestTrust, readObject, readVerifiedManifest } from "./read-archived.ts";

export type DrillParts = ManifestTrust & {
  readonly drills: Pick<RestoreDrills, "pick" | "proofOf" | "record">;
  /** Every archive, by its name. */
  readonly targets: readonly { readonly name: string; readonly archive: ArchiveReader }[];
  /** Null: objects stay closed, and are checked as far as their digests go. */
  readonly keyFiles: KeyFiles | null;
  readonly clock: () => number;
  /** A number from 0 to below 1. */
  readonly chance: () => number;
};

/**
 * Restores one segment, drawn from all that is archived, and holds it against its proof: signature, the index's
 * digests, and with a key each tap. What was found is kept and audited.
 * @returns null where nothing is archived yet
 * @throws TaplineError `unavailable` where archive or database do not answer: that proves nothing of the archive
 */
export async function restoreDrill(actor: Actor, parts: DrillParts): Promise<DrillResult | null> {
  const { drills, clock, chance } = parts;
  const row = await drills.pick(chance());
  if (row === null) return null;
  const { name, archive } = drawTarget(row, parts);
  const startedAtEpochMs = clock();
  const found = await tryRestore(row, archive, parts).catch((error: unknown) => {
    if (!(error instanceof TaplineError) || hasCode(error, "unavailable")) throw error;
    return { outcome: "failed" as const, taps: 0, detail: messageOf(error) };
  });
  const durationMs = Math.max(0, clock() - startedAtEpochMs);
  const result: DrillResult = { segment: row.id, target: name, startedAtEpochMs, durationMs, ...found };
  await drills.record(result, actor);
  return result;
}

async function tryRestore(
  row: CatalogueRow,
  archive: ArchiveReader,
  parts: DrillParts,
): Promise<Pick<DrillResult, "outcome" | "taps" | "detail">> {
  const { manifest, manifestDigest } = await readVerifiedManifest(archive, row.id, parts);
  if (
    !manifestDigest.equals(row.manifestDigest) ||
    manifest.objectSha256 !== row.objectDigest.toString("hex")
  )
    throw new TaplineError("corrupt", "manifest or object have other digests than the index");
  const object = await readObject(archive, manifest);
  if (parts.keyFiles === null) return { outcome: "sealed", taps: 0, detail: "" };
  const message = writeDrillMessage({ manifest, ...(await parts.drills.proofOf(row.id)) }, object);
  const answer = await openApart(message, parts.keyFiles);
  if (answer.ok) return { outcome: "proven", taps: answer.taps, detail: "" };
  return { outcome: "failed", taps: 0, detail: answer.detail };
}

/** One of the archives that hold the segment, as the index knows it. */
function drawTarget({ id, targets }: CatalogueRow, parts: DrillParts): DrillParts["targets"][number] {
  const holders = parts.targets.filter(({ name }) => targets.includes(name));
  const among = holders.length > 0 ? holders : parts.targets;
  const drawn = among[Math.min(among.length - 1, Math.floor(parts.chance() * among.length))];
  if (drawn !== undefined) return drawn;
  throw new TaplineError("misconfigured", `no archive is named in which segment ${id} could lie`);
}
