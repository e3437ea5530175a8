import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";
import type { SealedSegment, SegmentBuffer } from "@tapline/adapters/redis";
import { type OpenSegment, routeOf } from "@tapline/core/buffer";
import {
  type Recipient,
  type SealedObject,
  type Signer,
  sealEnvelope,
  signDetached,
} from "@tapline/core/encryption";
import { sha256Hex } from "@tapline/core/kernel";
import { scanTap } from "@tapline/core/tap";
import {
  archiveRecord,
  buildManifest,
  LineWriter,
  type Manifest,
  type ManifestFacts,
  type SegmentMember,
} from "@tapline/core/transfer";
import type { TapVerdict } from "@tapline/core/validation";
import { inStageSpan } from "@tapline/telemetry/segments";
import { isTracing } from "@tapline/telemetry/tracing";
import {
  type Came,
  type ColourParts,
  compareWithOther,
  isCompared,
  isGivenBack,
  leaveToOther,
} from "./compare-colours.ts";
import type { LoadedTap, SegmentLoader } from "./segment-loader.ts";

const gzip = promisify(gzipCallback);

/** Level 2 costs a sixth of level 6 and makes objects a fifth larger (measured on taps of 72 samples). */
const gzipLevel = 2;

const expectedLineBytes = 1_500;

export type EncryptionParts = ColourParts & {
  readonly buffer: SegmentBuffer;
  readonly loader: SegmentLoader;
  /** Whom this segment is encrypted to, as the key ring stands. */
  readonly recipients: () => Promise<readonly Recipient[]>;
  readonly signer: Signer;
  readonly clock: () => number;
};

/**
 * The encryption stage: packs, seals and signs the accepted taps. Safe to run again: the first result stands. Where transfer took
 * it back, since it had been exchanged in Redis, the same bytes are handed in again as long as this process has them.
 */
export async function encryptSegment(id: string, parts: EncryptionParts): Promise<void> {
  const segment = await parts.buffer.find(id);
  if (segment === null || (segment.stage === "encryption" && isGivenBack(segment, "encryption", parts)))
    return;
  const taps = isTracing() ? (await parts.loader.load(segment)).taps : [];
  const buffered = taps.map((tap) => tap.buffered);
  await inStageSpan("encryption", segment, buffered, async () => {
    if (segment.stage === "encryption") {
      const sealed = parts.loader.ownSealed(id) ?? (await seal(segment, parts));
      const came = cameTo(sealed);
      if (isCompared(segment, "encryption", parts))
        return await leaveToOther(segment, "encryption", came, parts);
      compareWithOther(segment, "encryption", came, parts);
      await parts.loader.keepSealed(id, sealed);
    }
    await parts.queues.add("transfer", id, routeOf(segment, "transfer"));
  });
}

/** What a sealed form holds: the object itself is another one each time. */
function cameTo({ manifest }: Pick<SealedSegment, "manifest">): Came {
  const { version, plainSha256, runs } = JSON.parse(manifest.toString("utf8")) as Manifest;
  return { grounds: String(version), result: JSON.stringify([plainSha256, runs]) };
}

async function seal(segment: OpenSegment, parts: EncryptionParts): Promise<SealedSegment> {
  const { id } = segment;
  const [{ taps }, verdicts] = await Promise.all([parts.loader.load(segment), parts.loader.verdicts(id)]);
  const nowEpochMs = parts.clock();
  const accepted = acceptedTaps(taps, verdicts);
  const plain = linesOf(accepted);
  const packed = await gzip(plain, { level: gzipLevel });
  // Asked once: object and manifest name the same keys, whatever becomes of the ring meanwhile.
  const recipients = await parts.recipients();
  const sealed = sealEnvelope(packed, recipients);
  const facts = manifestFacts(id, accepted, { plain, ...sealed }, recipients, nowEpochMs);
  const { manifest, treeHead } = buildManifest(facts);
  const signature = signDetached(manifest, parts.signer, nowEpochMs, treeHead);
  return { object: sealed.object, manifest, signature };
}

type Forms = SealedObject & { readonly plain: Buffer };

function manifestFacts(
  segment: string,
  accepted: readonly LoadedTap[],
  { plain, object, objectSha256 }: Forms,
  recipients: readonly Recipient[],
  createdAtEpochMs: number,
): ManifestFacts {
  const readAt = accepted.map(({ buffered }) => buffered.readAtEpochMs);
  return {
    segment,
    createdAtEpochMs,
    taps: accepted.length,
    firstReadAtEpochMs: Math.min(...readAt),
    lastReadAtEpochMs: Math.max(...readAt),
    plainBytes: plain.length,
    plainSha256: sha256Hex(plain),
    objectBytes: object.length,
    objectSha256,
    recipients: [...recipients],
    members: accepted.map(memberOf),
  };
}

/** The taps of a segment that its verdicts accept, in order. */
export function acceptedTaps(taps: readonly LoadedTap[], verdicts: readonly TapVerdict[]): LoadedTap[] {
  return taps.filter((_, i) => verdicts[i]?.is === "accepted");
}

/** A tap that was decoded, as every accepted one is, by both of its names. */
export function memberOf({ buffered, opened, digest }: LoadedTap): SegmentMember {
  if (!opened.ok) throw new TypeError("an accepted tap has been decoded");
  const { trackerId, epoch, seq } = opened.tap;
  return {
    tracker: trackerId,
    trackerEpoch: epoch,
    trackerSeq: seq,
    agent: buffered.agent,
    epoch: buffered.epoch,
    seq: buffered.seq,
    digest,
  };
}

/** Decodes anew: measurements that stayed in memory since validation would cost more than that. */
function linesOf(accepted: readonly LoadedTap[]): Buffer {
  const lines = new LineWriter(accepted.length * expectedLineBytes);
  for (const { buffered } of accepted) {
    const scanned = scanTap(buffered.payload);
    if (!scanned.ok) throw new TypeError("an accepted tap has been decoded");
    archiveRecord(lines, buffered, scanned.tap, scanned.signature);
  }
  return lines.take();
}
