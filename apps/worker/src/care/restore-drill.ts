import type { ActBy, CatalogueRow, DrillResult, RestoreDrills } from "@tapline/adapters/prisma";
import type { KeyRack } from "@tapline/core/encryption";
import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import type { ArchiveReader } from "@tapline/core/transfer";
import { writeDrillMessage } from "./drill-message.ts";
import { type KeyFiles, openApart } from "./open-apart.ts";
import { type ManifestTrust, readObject, readVerifiedManifest } from "./read-archived.ts";
import { ClosedObjectError, findOpening } from "./read-rewrap.ts";

export type DrillParts = ManifestTrust & {
  readonly drills: Pick<RestoreDrills, "pick" | "proofOf" | "record" | "lastByTarget">;
  /** Every archive, by its name. */
  readonly targets: readonly { readonly name: string; readonly archive: ArchiveReader }[];
  /** Where the segment must lie in one of these archives; null = in any. */
  readonly among: readonly string[] | null;
  /** Finds the keys at hand, anew for each drill. Null: objects stay closed, and are checked as far as their digests go. */
  readonly keyFiles: (() => Promise<KeyRack<KeyFiles>>) | null;
  readonly clock: () => number;
  /** A number from 0 to below 1. */
  readonly chance: () => number;
};

/**
 * Restores one segment, drawn from all that is archived, and holds it against its proof: signature, the index's
 * digests, and with a key each tap. Archives take turns; one that does not answer is passed over. What was found is kept
 * and audited.
 * @returns null where nothing is archived yet
 * @throws TaplineError `misconfigured` where the keys cannot be found; `unavailable` where no archive that holds it, or the database, answers: that proves nothing
 */
export async function restoreDrill(by: ActBy, parts: DrillParts): Promise<DrillResult | null> {
  const { drills, clock, chance, among } = parts;
  const row = await drills.pick(chance(), among);
  if (row === null) return null;
  const keys = (await parts.keyFiles?.()) ?? null;
  let silent: unknown;
  for (const { name, archive } of await targetsInTurn(row, parts)) {
    const startedAtEpochMs = clock();
    try {
      const found = await tryRestore(row, archive, keys, parts).catch(failedOrThrow);
      const durationMs = Math.max(0, clock() - startedAtEpochMs);
      const result: DrillResult = { segment: row.id, target: name, startedAtEpochMs, durationMs, ...found };
      await drills.record(result, by);
      return result;
    } catch (error) {
      if (!hasCode(error, "unavailable")) throw error;
      silent ??= error;
    }
  }
  throw silent;
}

/** What says something of the archive's files is the drill's result. @throws all else */
function failedOrThrow(error: unknown): Pick<DrillResult, "outcome" | "taps" | "detail"> {
  if (!(error instanceof TaplineError) || hasCode(error, "unavailable")) throw error;
  return { outcome: "failed", taps: 0, detail: messageOf(error) };
}

async function tryRestore(
  row: CatalogueRow,
  archive: ArchiveReader,
  keys: KeyRack<KeyFiles> | null,
  parts: DrillParts,
): Promise<Pick<DrillResult, "outcome" | "taps" | "detail">> {
  const { manifest, manifestDigest } = await readVerifiedManifest(archive, row.id, parts);
  if (
    !manifestDigest.equals(row.manifestDigest) ||
    manifest.objectSha256 !== row.objectDigest.toString("hex")
  )
    throw new TaplineError("corrupt", "manifest or object have other digests than the index");
  const object = await readObject(archive, manifest);
  if (keys === null) return { outcome: "sealed", taps: 0, detail: "" };
  const opening = await findOpening(archive, manifest, keys, parts).catch((error: unknown) => {
    if (error instanceof ClosedObjectError) return error;
    throw error;
  });
  if (opening instanceof ClosedObjectError) return { outcome: "sealed", taps: 0, detail: opening.message };
  const { rewrap, key } = opening;
  const message = writeDrillMessage({ manifest, ...(await parts.drills.proofOf(row.id)), rewrap }, object);
  const answer = await openApart(message, key);
  if (answer.ok) return { outcome: "proven", taps: answer.taps, detail: "" };
  return { outcome: "failed", taps: 0, detail: answer.detail };
}

/** The archives that hold the segment, as the index knows it; the one whose last drill is longest ago first. */
async function targetsInTurn(
  { id, targets }: CatalogueRow,
  parts: DrillParts,
): Promise<readonly DrillParts["targets"][number][]> {
  const holders = parts.targets.filter(({ name }) => targets.includes(name));
  if (holders.length > 0) {
    const last = await parts.drills.lastByTarget();
    const at = (name: string): number => last.get(name) ?? 0;
    return holders.toSorted((a, b) => at(a.name) - at(b.name));
  }
  throw new TaplineError("misconfigured", `no archive of the settings holds segment ${id}`, {
    remedy: `By the index it lies in: ${targets.join(", ") || "none"}. Name that archive in the settings again.`,
  });
}
