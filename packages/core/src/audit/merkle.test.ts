import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isConsistent, rootByInclusion } from "./check-merkle.ts";
import {
  completeSubtrees,
  consistencyRanges,
  emptyRoot,
  foldSubtrees,
  inclusionProof,
  inclusionRanges,
  type LeafRange,
  leafHash,
  MerkleEdge,
  nodeHash,
  rootOf,
} from "./merkle.ts";

/** The leaves of the test vectors that Certificate Transparency's implementations share. */
const vectorLeaves = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map((hex) => leafHash(Buffer.from(hex, "hex")));

/** Their roots for 1 to 8 leaves. */
const vectorRoots = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/** RFC 9162 §2.1.1, as it is written there. */
function specRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return emptyRoot;
  if (leaves.length === 1) return first;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(specRoot(leaves.slice(0, k)), specRoot(leaves.slice(k)));
}

const leavesOf = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => leafHash(Buffer.from(`leaf ${i}`)));

const rootsOf = (leaves: readonly Uint8Array[], ranges: readonly LeafRange[]): Uint8Array[] =>
  ranges.map(({ start, end }) => specRoot(leaves.slice(start, end)));

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("the tree's root", () => {
  test("is that of the published vectors", () => {
    expect(hex(emptyRoot)).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (const [i, root] of vectorRoots.entries())
      expect(hex(rootOf(vectorLeaves.slice(0, i + 1)))).toBe(root);
  });

  test("is the specification's for every size up to 300, also where the edge was taken down and put up again", () => {
    const leaves = leavesOf(300);
    let edge = new MerkleEdge();
    for (const [i, leaf] of leaves.entries()) {
      edge = new MerkleEdge(edge.size, edge.roots);
      edge.append(leaf);
      expect(hex(edge.root())).toBe(hex(specRoot(leaves.slice(0, i + 1))));
    }
    expect(() => new MerkleEdge(3, edge.roots)).toThrow(RangeError);
  });

  test("of a range is put together from its complete subtrees", () => {
    const leaves = leavesOf(70);
    for (const range of [
      ...inclusionRanges(5, 70),
      ...inclusionRanges(69, 70),
      ...consistencyRanges(37, 70),
    ]) {
      const parts = completeSubtrees(range).map(({ level, index }) =>
        specRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)),
      );
      expect(hex(foldSubtrees(parts))).toBe(hex(specRoot(leaves.slice(range.start, range.end))));
    }
  });
});

describe("an inclusion proof", () => {
  test("leads to the root for every leaf of every size up to 65, and of a few large ones", () => {
    const leaves = leavesOf(65);
    for (let size = 1; size <= 65; size++) {
      const part = leaves.slice(0, size);
      for (let index = 0; index < size; index++) {
        const proof = inclusionProof(part, index);
        const leaf = leaves[index] as Uint8Array;
        expect(hex(rootByInclusion(leaf, index, size, proof) ?? Buffer.alloc(0))).toBe(hex(rootOf(part)));
      }
    }
    // 2^40 leaves that are all alike have known subtrees: shape and arithmetic hold above 32 bits.
    expect(inclusionRanges(2 ** 40, 2 ** 40 + 1)).toEqual([{ start: 0, end: 2 ** 40 }]);
    expect(inclusionRanges(2 ** 33 + 7, 2 ** 41)).toHaveLength(41);
  });

  test("leads elsewhere where anything of it is changed", () => {
    const leaves = leavesOf(60);
    const root = hex(rootOf(leaves));
    fc.assert(
      fc.property(
        fc.nat(59),
        fc.nat(),
        fc.nat(255),
        fc.integer({ min: 1, max: 255 }),
        (index, at, byte, bits) => {
          const proof = inclusionProof(leaves, index).map((hash) => Uint8Array.from(hash));
          const leaf = leaves[index] as Uint8Array;
          const reached = (other: Uint8Array | null): string | null => (other === null ? null : hex(other));
          const changed = proof[at % proof.length] as Uint8Array;
          changed[byte % 32] = (changed[byte % 32] as number) ^ bits;
          expect(reached(rootByInclusion(leaf, index, 60, proof))).not.toBe(root);
          const good = inclusionProof(leaves, index);
          expect(reached(rootByInclusion(leaf, (index + 1) % 60, 60, good))).not.toBe(root);
          expect(reached(rootByInclusion(leaf, index, 60, good.slice(1)))).not.toBe(root);
          expect(reached(rootByInclusion(leaf, index, 60, [...good, leaf]))).toBeNull();
        },
      ),
    );
    expect(rootByInclusion(leaves[0] as Uint8Array, 60, 60, [])).toBeNull();
    expect(() => inclusionRanges(60, 60)).toThrow(RangeError);
  });
});

describe("a consistency proof", () => {
  test("holds for every two sizes up to 40", () => {
    const leaves = leavesOf(40);
    for (let size = 0; size <= 40; size++)
      for (let old = 0; old <= size; old++) {
        const proof = rootsOf(leaves, consistencyRanges(old, size));
        const before = { size: old, root: rootOf(leaves.slice(0, old)) };
        const after = { size, root: rootOf(leaves.slice(0, size)) };
        expect(isConsistent(before, after, proof), `${old} in ${size}`).toBe(true);
        expect(isConsistent(before, after, [...proof, emptyRoot]), `${old} in ${size}, longer`).toBe(false);
        if (old > 0 && old < size) {
          const forged = { size: old, root: rootOf(leavesOf(41).slice(41 - old)) };
          expect(isConsistent(forged, after, proof)).toBe(false);
          expect(isConsistent(before, after, proof.slice(1))).toBe(false);
          for (let i = 0; i < proof.length; i++)
            expect(isConsistent(before, after, proof.with(i, emptyRoot)), `${i} of ${old} in ${size}`).toBe(
              false,
            );
        }
      }
  });

  test("is refused where a tree shrinks, or changes at the same size", () => {
    const leaves = leavesOf(8);
    const eight = { size: 8, root: rootOf(leaves) };
    const seven = { size: 7, root: rootOf(leaves.slice(0, 7)) };
    expect(isConsistent(eight, seven, [])).toBe(false);
    expect(isConsistent(eight, { size: 8, root: seven.root }, [])).toBe(false);
    expect(() => consistencyRanges(9, 8)).toThrow(RangeError);
  });
});
