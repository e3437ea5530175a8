import { inclusionProof, parseTlogProof, readEntry, type TlogProof } from "@tapline/core/audit";
import { hasCode, TaplineError } from "@tapline/core/kernel";
import {
  type ArchiveReader,
  archivedSegments,
  type Manifest,
  objectPaths,
  type TapProof,
  tapLeafHashes,
} from "@tapline/core/transfer";
import { type ManifestTrust, readVerifiedManifest } from "./read-archived.ts";

/** A tap by its tracker's own numbering; without an epoch, of the newest one that has the number. */
export type WantedTap = { readonly tracker: string; readonly epoch?: number; readonly seq: number };

export type ProofParts = {
  readonly archive: ArchiveReader;
  readonly trust: ManifestTrust;
  /** Asks the index; null where there is none: then the archive's manifests are read, the newest first. */
  readonly findSegment: ((tap: WantedTap) => Promise<string | null>) | null;
  /** The log's proof that a segment is archived, with its entry as `extra`; null where the log is not at hand, or has none. */
  readonly proveSegment: (segment: string) => Promise<TlogProof | null>;
  /** Told of each segment that was looked at in vain. */
  readonly onPassed: (segment: string) => void;
};

/**
 * Proves a tap: where it stands in its segment's tree, who signed the tree's root, and since when the log says so.
 * @throws TaplineError `not-found` where the archive holds no such tap, or holds it in a segment without a root;
 * what `readVerifiedManifest` throws
 */
export async function proveTap(tap: WantedTap, parts: ProofParts): Promise<TapProof> {
  const segment = await (parts.findSegment === null ? searchArchive(tap, parts) : parts.findSegment(tap));
  if (segment === null)
    throw new TaplineError("not-found", `the archive holds no tap ${tap.seq} of tracker ${tap.tracker}`, {
      remedy: "is it still on its way, or in quarantine? See tapline buffer show and tapline quarantine ls",
    });
  const { manifest } = await readVerifiedManifest(parts.archive, segment, parts.trust);
  const place = placeOf(tap, manifest);
  if (place === null)
    throw new TaplineError(
      "corrupt",
      `the index says that segment ${segment} holds the tap, and its manifest does not`,
      {
        remedy: "compare index and archive: tapline archive verify",
      },
    );
  if (manifest.tapsRoot === undefined)
    throw new TaplineError(
      "not-found",
      `segment ${segment} was archived by a version that kept no root of its taps`,
      {
        remedy: "its manifest, signature and object prove it together: tapline archive verify --segment",
      },
    );
  const leaves = tapLeafHashes(manifest.runs);
  const signature = await parts.archive.read(objectPaths(segment).signature);
  return {
    format: "tapline-tap-proof/1",
    tap: place.tap,
    segment: {
      ...{ id: segment, taps: leaves.length, index: place.index },
      path: base64Of(inclusionProof(leaves, place.index)),
    },
    signature: signature.toString("base64"),
    log: await logPart(segment, parts),
  };
}

/** From the log itself, else from the proof that lies beside the segment. */
async function logPart(segment: string, { archive, proveSegment }: ProofParts): Promise<TapProof["log"]> {
  const proof = (await proveSegment(segment)) ?? (await archivedProof(segment, archive));
  if (proof?.extra === null || proof === null) return null;
  return {
    entry: readEntry(proof.extra),
    index: proof.index,
    path: base64Of(proof.path),
    checkpoint: proof.note,
  };
}

async function archivedProof(segment: string, archive: ArchiveReader): Promise<TlogProof | null> {
  try {
    return parseTlogProof((await archive.read(objectPaths(segment).logProof)).toString("utf8"));
  } catch (error) {
    if (hasCode(error, "not-found")) return null;
    throw error;
  }
}

/** The newest segment whose manifest names the tap. */
async function searchArchive(
  tap: WantedTap,
  { archive, trust, onPassed }: ProofParts,
): Promise<string | null> {
  for (const segment of (await Array.fromAsync(archivedSegments(archive))).reverse()) {
    const { manifest } = await readVerifiedManifest(archive, segment, trust);
    if (placeOf(tap, manifest) !== null) return segment;
    onPassed(segment);
  }
  return null;
}

/** Where the tap stands among those of a manifest. */
function placeOf(
  { tracker, epoch, seq }: WantedTap,
  { runs }: Manifest,
): { readonly tap: TapProof["tap"]; readonly index: number } | null {
  let before = 0;
  for (const run of runs) {
    const fits = run.tracker === tracker && (epoch === undefined || run.epoch === epoch);
    if (fits && run.firstSeq <= seq && seq <= run.lastSeq) {
      const at = seq - run.firstSeq;
      const digest = run.digests.slice(at * 64, (at + 1) * 64);
      return { tap: { tracker, epoch: run.epoch, seq, digest }, index: before + at };
    }
    before += run.count;
  }
  return null;
}

const base64Of = (hashes: readonly Uint8Array[]): string => Buffer.concat(hashes).toString("base64");
