import { emptyRoot, nodeHash } from "./merkle.ts";

/**
 * The root that an inclusion proof leads to (RFC 9162 §2.1.3.2), to be compared with the one that was signed.
 * @returns null where the proof has not the length that the tree's shape demands
 */
export function rootByInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
): Uint8Array | null {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) return null;
  let [at, last] = [index, size - 1];
  let root = leaf;
  for (const hash of proof) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      root = nodeHash(hash, root);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      root = nodeHash(root, hash);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? root : null;
}

/**
 * Whether a proof shows that the tree with `newRoot` begins with the one with `oldRoot` (RFC 9162 §2.1.4.2). The empty
 * tree begins every other.
 */
export function isConsistent(
  old: { readonly size: number; readonly root: Uint8Array },
  grown: { readonly size: number; readonly root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  if (old.size > grown.size) return false;
  if (old.size === grown.size) return proof.length === 0 && same(old.root, grown.root);
  if (old.size === 0) return proof.length === 0 && same(old.root, emptyRoot);
  // Where the older tree is one complete subtree, its root begins the proof unsaid.
  const [first, ...others] = isPowerOfTwo(old.size) ? [old.root, ...proof] : proof;
  if (first === undefined) return false;
  let [at, last] = [old.size - 1, grown.size - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  let [oldRoot, newRoot] = [first, first];
  for (const hash of others) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      oldRoot = nodeHash(hash, oldRoot);
      newRoot = nodeHash(hash, newRoot);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      newRoot = nodeHash(newRoot, hash);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && same(oldRoot, old.root) && same(newRoot, grown.root);
}

const half = (n: number): number => Math.floor(n / 2);

function isPowerOfTwo(n: number): boolean {
  let rest = n;
  while (rest % 2 === 0) rest /= 2;
  return rest === 1;
}

/** Whether two byte strings are equal; not in constant time: hashes are no secrets. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
