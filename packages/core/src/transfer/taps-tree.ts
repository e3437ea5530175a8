import { leafHash, rootOf } from "../audit/index.ts";
import { canonicalJson } from "../kernel/index.ts";

/** A tap in a segment's tree: what its tracker calls it, and what it is. */
export type TapLeaf = {
  readonly tracker: string;
  readonly epoch: number;
  readonly seq: number;
  /** SHA-256 of the tap's raw bytes, in hexadecimal. */
  readonly digest: string;
};

/** Taps of consecutive numbers, as a manifest has them; `digests` are whole, in hexadecimal, joined. */
export type LeafRun = {
  readonly tracker: string;
  readonly epoch: number;
  readonly firstSeq: number;
  readonly count: number;
  readonly digests: string;
};

const hexDigits = 64;

/** SHA-256(0x00 · canonical JSON of the leaf) (RFC 9162 §2.1.1, RFC 8785). */
export function tapLeafHash({ tracker, epoch, seq, digest }: TapLeaf): Buffer {
  return leafHash(canonicalJson({ tracker, epoch, seq, digest }));
}

/** The leaf hashes of a segment's tree: its taps in the order of its runs. */
export function tapLeafHashes(runs: readonly LeafRun[]): Buffer[] {
  return runs.flatMap(({ tracker, epoch, firstSeq, count, digests }) =>
    Array.from({ length: count }, (_, i) =>
      tapLeafHash({
        ...{ tracker, epoch, seq: firstSeq + i },
        digest: digests.slice(i * hexDigits, (i + 1) * hexDigits),
      }),
    ),
  );
}

/** A tree's size (8 bytes, big-endian) and root (32 bytes), as the manifest's signature names them. */
export function treeHead(size: number, root: Uint8Array): Buffer {
  const head = Buffer.alloc(8 + root.length);
  head.writeBigUInt64BE(BigInt(size));
  head.set(root, 8);
  return head;
}

/** The root of a segment's tree, 32 bytes. */
export function tapsRoot(runs: readonly LeafRun[]): Buffer {
  return Buffer.from(rootOf(tapLeafHashes(runs)));
}
