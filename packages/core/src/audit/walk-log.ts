import { hasCode, messageOf } from "../kernel/index.ts";
import { same } from "./check-merkle.ts";
import { type Checkpoint, formatCheckpoint } from "./checkpoint.ts";
import { leafHash, MerkleEdge } from "./merkle.ts";

/** Entries one behind the other, and the leaf hashes that are kept of them. */
export type LogPart = { readonly entries: readonly Uint8Array[]; readonly leafHashes: readonly Uint8Array[] };

/** How many changed entries a walk names. */
const mostNamed = 20;

/** What a walk over a whole log found. */
export type WalkedLog =
  | { readonly is: "whole"; readonly size: number }
  /** Entries that are not the ones that their leaf hashes were made of. */
  | {
      readonly is: "changed";
      /** The first ones. */
      readonly indexes: readonly number[];
      /** How many there are beyond these. */
      readonly more: number;
      /** Why the walk ended behind them before the log's end; null where it came to the end. */
      readonly endedBy: string | null;
    }
  /** There are fewer entries than the checkpoint says. */
  | { readonly is: "miscounted"; readonly size: number }
  /** Every entry fits its leaf, and together they lead to another root at `size` than the one that was signed. */
  | { readonly is: "other-root"; readonly size: number; readonly root: Uint8Array };

type Head = Pick<Checkpoint, "size" | "root">;

/**
 * Walks over a log from its first entry on and compares it with checkpoints, whose signatures the caller has checked. Bounded
 * memory. Stops at the first checkpoint that does not fit: what lies between two of which one fits was changed there. Behind an
 * entry that does not fit its leaf it goes on over the others, and no longer over checkpoints, which it cannot lead to any more.
 * @param parts in order, without gaps, read to their end; entries beyond the last checkpoint are not looked at
 * @param checkpoints the smallest first
 * @param onProgress told how many entries have been read
 */
export async function walkLog(
  parts: AsyncIterable<LogPart>,
  checkpoints: readonly Head[],
  onProgress: (entries: number) => void = () => undefined,
): Promise<WalkedLog> {
  const walk = new Walk(checkpoints);
  try {
    for await (const { entries, leafHashes } of parts) {
      for (const [i, entry] of entries.entries()) {
        if (walk.isOver) break;
        walk.take(entry, leafHashes[i]);
      }
      if (walk.other !== null) return walk.other;
      onProgress(walk.size);
      // Even where all is reached: whoever gives the parts may have something to say at their end.
    }
  } catch (error) {
    const changed = hasCode(error, "corrupt") ? walk.changed(messageOf(error)) : null;
    if (changed === null) throw error;
    return changed;
  }
  return walk.end();
}

class Walk {
  readonly #edge = new MerkleEdge();
  readonly #ahead: HeadsAhead;
  readonly #last: number;
  readonly #changed: number[] = [];
  #more = 0;
  /** Entries taken. */
  size = 0;
  /** The checkpoint that does not fit. */
  other: WalkedLog | null;

  constructor(checkpoints: readonly Head[]) {
    this.#ahead = new HeadsAhead(checkpoints);
    this.#last = checkpoints.at(-1)?.size ?? 0;
    this.other = this.#ahead.differs(this.#edge);
  }

  get isOver(): boolean {
    return this.other !== null || this.size >= this.#last;
  }

  take(entry: Uint8Array, kept: Uint8Array | undefined): void {
    const hash = leafHash(entry);
    if (kept === undefined || !same(hash, kept)) this.#note(this.size);
    this.size += 1;
    if (this.#changed.length > 0) return;
    this.#edge.append(hash);
    this.other = this.#ahead.differs(this.#edge);
  }

  #note(index: number): void {
    if (this.#changed.length < mostNamed) this.#changed.push(index);
    else this.#more += 1;
  }

  /** Null where every entry fitted. */
  changed(endedBy: string | null): WalkedLog | null {
    if (this.#changed.length === 0) return null;
    return { is: "changed", indexes: this.#changed, more: this.#more, endedBy };
  }

  end(): WalkedLog {
    const found = this.other ?? this.changed(null);
    return found ?? { is: this.#ahead.isDone ? "whole" : "miscounted", size: this.size };
  }
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
