import { sha256 } from "../kernel/index.ts";

/**
 * Merkle trees over SHA-256 as RFC 9162 §2.1 defines them: leaves and nodes are hashed under different prefixes, and a
 * tree of n leaves splits at the largest power of two below n. Hashes are 32 bytes. Positions and sizes are counted from
 * 0 and below 2^53.
 */

const leafPrefix = 0;
const nodePrefix = 1;

/** The root of the tree without leaves (RFC 9162 §2.1.1). */
export const emptyRoot: Uint8Array = sha256(new Uint8Array(0));

/** The hash of a leaf: SHA-256(0x00 · bytes). */
export function leafHash(bytes: Uint8Array): Buffer {
  const prefixed = Buffer.allocUnsafe(1 + bytes.length);
  prefixed[0] = leafPrefix;
  prefixed.set(bytes, 1);
  return sha256(prefixed);
}

/** One for all nodes: hashing in one go costs half of what three parts do. */
const prefixedNode = Buffer.alloc(65, nodePrefix);

/** The hash of a node: SHA-256(0x01 · left · right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  prefixedNode.set(left, 1);
  prefixedNode.set(right, 33);
  return sha256(prefixedNode);
}

/** Leaves `start` up to `end`, not included. Never empty. */
export type LeafRange = { readonly start: number; readonly end: number };

/** Largest power of two below `n`, for n above 1. */
function splitOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/**
 * The subtrees whose roots prove that leaf `index` is in the tree of `size` leaves, the lowest first (RFC 9162
 * §2.1.3.1).
 * @throws RangeError where there is no such leaf
 */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size))
    throw new RangeError(`leaf ${index} is not in a tree of ${size}`);
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  return ranges.reverse();
}

/**
 * The subtrees whose roots prove that the tree of `size` leaves begins with that of `oldSize` (RFC 9162 §2.1.4.1).
 * Empty where the sizes are equal, or the older tree is.
 * @throws RangeError where `oldSize` is above `size`
 */
export function consistencyRanges(oldSize: number, size: number): LeafRange[] {
  if (!(Number.isSafeInteger(oldSize) && oldSize >= 0 && oldSize <= size))
    throw new RangeError(`a tree of ${size} does not begin with one of ${oldSize}`);
  if (oldSize === 0 || oldSize === size) return [];
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  // `whole`: the subtree that is left over is one of the older tree's, whose root is known only where it is all of it.
  let whole = true;
  while (oldSize !== end) {
    const middle = start + splitOf(end - start);
    if (oldSize <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
      whole = false;
    }
  }
  if (!whole) ranges.push({ start, end });
  return ranges.reverse();
}

/** The complete subtrees that make up a range: [level, position at that level], left to right, each as large as can be. */
export function completeSubtrees({ start, end }: LeafRange): { level: number; index: number }[] {
  const parts: { level: number; index: number }[] = [];
  for (let at = start; at < end; ) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= end) level++;
    parts.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return parts;
}

/** The root over subtrees as `completeSubtrees` lists them. */
export function foldSubtrees(hashes: readonly Uint8Array[]): Uint8Array {
  const last = hashes.at(-1);
  if (last === undefined) return emptyRoot;
  return hashes.slice(0, -1).reduceRight<Uint8Array>((right, left) => nodeHash(left, right), last);
}

/** The root of the tree over these leaf hashes. */
export function rootOf(leafHashes: readonly Uint8Array[]): Uint8Array {
  const edge = new MerkleEdge();
  for (const hash of leafHashes) edge.append(hash);
  return edge.root();
}

/** The inclusion proof of one leaf of a tree whose leaf hashes are all at hand. */
export function inclusionProof(leafHashes: readonly Uint8Array[], index: number): Uint8Array[] {
  return inclusionRanges(index, leafHashes.length).map(({ start, end }) =>
    rootOf(leafHashes.slice(start, end)),
  );
}

/**
 * What a growing tree needs to know of itself: the roots of its complete subtrees, largest first, one for each bit of its
 * size.
 */
export class MerkleEdge {
  #size = 0;
  readonly #roots: Uint8Array[] = [];

  /** @param roots one for each bit of `size` that is set, the highest first */
  constructor(size = 0, roots: readonly Uint8Array[] = []) {
    if (roots.length !== completeSubtrees({ start: 0, end: size }).length)
      throw new RangeError(`a tree of ${size} has not ${roots.length} complete subtrees`);
    this.#size = size;
    this.#roots.push(...roots);
  }

  get size(): number {
    return this.#size;
  }

  /** Roots of the complete subtrees, largest first. */
  get roots(): readonly Uint8Array[] {
    return this.#roots;
  }

  /**
   * @param level of the subtree whose root it is: 0 = a leaf; it must stand at a multiple of its 2^level leaves
   * @throws RangeError where it does not
   */
  append(hash: Uint8Array, level = 0): void {
    const leaves = 2 ** level;
    if (this.#size % leaves !== 0)
      throw new RangeError(`no subtree of ${leaves} leaves begins at ${this.#size}`);
    let node = hash;
    for (let size = this.#size / leaves; size % 2 === 1; size = (size - 1) / 2) {
      const left = this.#roots.pop();
      if (left === undefined) throw new RangeError("the edge of the tree is damaged");
      node = nodeHash(left, node);
    }
    this.#roots.push(node);
    this.#size += leaves;
  }

  root(): Uint8Array {
    return foldSubtrees(this.#roots);
  }
}
