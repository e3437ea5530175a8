import { same } from "./check-merkle.ts";
import { type Checkpoint, formatCheckpoint } from "./checkpoint.ts";
import { leafHash, MerkleEdge } from "./merkle.ts";

/** Entries one behind the other, and the leaf hashes that are kept of them. */
export type LogPart = { readonly entries: readonly Uint8Array[]; readonly leafHashes: readonly Uint8Array[] };

/** What a walk over a whole log found; `index` is the first entry that does not fit. */
export type WalkedLog =
  | { readonly is: "whole"; readonly size: number }
  /** The entry is not the one that its leaf hash was made of. */
  | { readonly is: "changed"; readonly index: number }
  /** There are fewer entries, or more, than the checkpoint says. */
  | { readonly is: "miscounted"; readonly size: number }
  /** Every entry fits its leaf, and together they lead to another root than the one that was signed. */
  | { readonly is: "other-root"; readonly root: Uint8Array };

/**
 * Walks over a log from its first entry on and compares it with a checkpoint, whose signature the caller has checked. Bounded
 * memory; stops at the first entry that does not fit.
 * @param parts in order, without gaps; what goes beyond the checkpoint is not looked at
 * @param onProgress told how many entries have been read
 */
export async function walkLog(
  parts: AsyncIterable<LogPart>,
  { size, root }: Pick<Checkpoint, "size" | "root">,
  onProgress: (entries: number) => void = () => undefined,
): Promise<WalkedLog> {
  const edge = new MerkleEdge();
  for await (const { entries, leafHashes } of parts) {
    for (const [i, entry] of entries.entries()) {
      if (edge.size === size) break;
      const hash = leafHash(entry);
      const kept = leafHashes[i];
      if (kept === undefined || !same(hash, kept)) return { is: "changed", index: edge.size };
      edge.append(hash);
    }
    onProgress(edge.size);
    if (edge.size === size) break;
  }
  if (edge.size !== size) return { is: "miscounted", size: edge.size };
  const reached = edge.root();
  return same(reached, root) ? { is: "whole", size } : { is: "other-root", root: reached };
}

/** A checkpoint's place in words, for people: `12,345 entries, root KCj2…`. */
export function checkpointText({ size, root }: Pick<Checkpoint, "size" | "root">): string {
  const [, , base64 = ""] = formatCheckpoint({ origin: "log", size, root, extensions: [] }).split("\n");
  return `${size.toLocaleString("en-US")} entries, root ${base64}`;
}
