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
  /** There are fewer entries than the checkpoint says. */
  | { readonly is: "miscounted"; readonly size: number }
  /** Every entry fits its leaf, and together they lead to another root at `size` than the one that was signed. */
  | { readonly is: "other-root"; readonly size: number; readonly root: Uint8Array };

type Head = Pick<Checkpoint, "size" | "root">;

/**
 * Walks over a log from its first entry on and compares it with checkpoints, whose signatures the caller has checked. Bounded
 * memory; stops at the first thing that does not fit: what lies between two checkpoints of which one fits was changed there.
 * @param parts in order, without gaps, read to their end; entries beyond the last checkpoint are not looked at
 * @param checkpoints the smallest first
 * @param onProgress told how many entries have been read
 */
export async function walkLog(
  parts: AsyncIterable<LogPart>,
  checkpoints: readonly Head[],
  onProgress: (entries: number) => void = () => undefined,
): Promise<WalkedLog> {
  const edge = new MerkleEdge();
  const ahead = new HeadsAhead(checkpoints);
  let other = ahead.differs(edge);
  for await (const { entries, leafHashes } of parts) {
    for (const [i, entry] of entries.entries()) {
      if (other !== null) return other;
      if (ahead.isDone) break;
      const hash = leafHash(entry);
      const kept = leafHashes[i];
      if (kept === undefined || !same(hash, kept)) return { is: "changed", index: edge.size };
      edge.append(hash);
      other = ahead.differs(edge);
    }
    onProgress(edge.size);
    // Even where all is reached: whoever gives the parts may have something to say at their end.
  }
  if (other !== null) return other;
  return { is: ahead.isDone ? "whole" : "miscounted", size: edge.size };
}

/** The checkpoints that a walk has not reached. */
class HeadsAhead {
  readonly #left: Head[];

  constructor(checkpoints: readonly Head[]) {
    this.#left = [...checkpoints];
  }

  get isDone(): boolean {
    return this.#left.length === 0;
  }

  /** Takes what speaks of this size. Null where all of that fits. */
  differs(edge: MerkleEdge): WalkedLog | null {
    while (this.#left[0]?.size === edge.size) {
      const root = edge.root();
      if (!same(root, this.#left[0].root)) return { is: "other-root", size: edge.size, root };
      this.#left.shift();
    }
    return null;
  }
}

/** A checkpoint's place in words, for people: `12,345 entries, root KCj2…`. */
export function checkpointText({ size, root }: Pick<Checkpoint, "size" | "root">): string {
  const [, , base64 = ""] = formatCheckpoint({ origin: "log", size, root, extensions: [] }).split("\n");
  return `${size.toLocaleString("en-US")} entries, root ${base64}`;
}
