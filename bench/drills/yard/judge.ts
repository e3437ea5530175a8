import type { AgentFigures } from "../../installation/index.ts";
import type { DrillResult } from "../drill.ts";
import type { FoundInArchive } from "../read-archive.ts";
import type { Handed } from "../read-ledger.ts";

export type Evidence = {
  readonly handed: readonly Omit<Handed, "expected">[];
  readonly archive: FoundInArchive;
  /** Digests in quarantine, hexadecimal. */
  readonly refused: ReadonlySet<string>;
  readonly figures: Omit<AgentFigures, "done">;
};

/**
 * Compares what the readers handed over with the decrypted archive. Every packet that the agent had durably must be there
 * at its place, or be kept in quarantine where it was to be refused; no place may be there twice; nothing may be
 * there that no reader read; and the agent must have been told of as many ends.
 */
export function judge({ handed, archive, refused, figures }: Evidence): Omit<DrillResult, "faults"> {
  const kept = handed.filter(({ seq }) => seq !== null);
  const lost = kept.filter((packet) => isLost(packet, { archive, refused })).length;
  const faultsFound: string[] = [];
  const known = new Set(handed.map(({ sha256 }) => sha256));
  for (const [place, sha256] of archive.places)
    if (!known.has(sha256)) faultsFound.push(`the archive holds at ${place} what no reader read`);
  for (const { seq, sha256 } of kept) {
    const found = archive.seqs.get(seq ?? 0);
    if (found !== undefined && found !== sha256) faultsFound.push(`tap ${seq} lies there with other bytes`);
  }
  if (figures.archived !== archive.taps)
    faultsFound.push(`the agent has ${figures.archived} receipts, the archive ${archive.taps} taps`);
  const ended = figures.archived + figures.duplicates + figures.rejected;
  if (ended !== figures.taps || figures.taps < kept.length)
    faultsFound.push(`of ${figures.taps} taps ${ended} have an end, the readers saw ${kept.length} kept`);
  return { taps: kept.length, lost, doubled: archive.doubled, faultsFound };
}

/** Whether the agent had it durably, and it is neither in the archive nor, where it was to be refused, in quarantine. */
export function isLost(
  { seq, place, sha256 }: Pick<Handed, "seq" | "place" | "sha256">,
  { archive, refused }: Pick<Evidence, "archive" | "refused">,
): boolean {
  if (seq === null) return false;
  return place === null ? !refused.has(sha256) : !archive.places.has(place);
}
