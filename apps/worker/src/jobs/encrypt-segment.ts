import { promisify } from "node:util";
import { gzip as gzipCallback } from "node:zlib";
import type { SegmentQueues } from "@tapline/adapters/bullmq";
import type { SegmentBuffer } from "@tapline/adapters/redis";
import { type Recipient, type Signer, sealEnvelope, signDetached } from "@tapline/core/encryption";
import { agentRuns, archiveRecord, buildManifest, type SegmentMember, tapRuns } from "@tapline/core/transfer";
import type { TapVerdict } from "@tapline/core/validation";
import type { LoadedTap, SegmentLoader } from "./segment-loader.ts";

const gzip = promisify(gzipCallback);

export type EncryptionParts = {
  readonly buffer: SegmentBuffer;
  readonly queues: Pick<SegmentQueues, "add">;
  readonly loader: SegmentLoader;
  readonly recipients: readonly Recipient[];
  readonly signer: Signer;
  readonly clock: () => number;
};

/** The encryption stage: packs, seals and signs the accepted taps. Safe to run again: the first result stands. */
export async function encryptSegment(id: string, parts: EncryptionParts): Promise<void> {
  const segment = await parts.buffer.find(id);
  if (segment === null) return;
  if (segment.stage === "encryption") {
    const [{ taps }, verdicts] = await Promise.all([parts.loader.load(segment), parts.buffer.verdicts(id)]);
    const nowEpochMs = parts.clock();
    const accepted = acceptedTaps(taps, verdicts);
    const plain = Buffer.from(accepted.map(recordOf).join(""));
    const packed = await gzip(plain);
    const object = sealEnvelope(packed, parts.recipients);
    const members = accepted.map(memberOf);
    const manifest = buildManifest({
      segment: id,
      createdAtEpochMs: nowEpochMs,
      firstReadAtEpochMs: Math.min(...accepted.map(({ buffered }) => buffered.readAtEpochMs)),
      lastReadAtEpochMs: Math.max(...accepted.map(({ buffered }) => buffered.readAtEpochMs)),
      plain,
      packed,
      object,
      recipients: parts.recipients,
      taps: accepted.length,
      tapRuns: tapRuns(members),
      agentRuns: agentRuns(members),
    });
    const signature = signDetached(manifest, parts.signer, nowEpochMs);
    await parts.buffer.keepSealed(id, { object, manifest, signature });
  }
  await parts.queues.add("transfer", id);
}

/** The taps of a segment that its verdicts accept, in order. */
export function acceptedTaps(taps: readonly LoadedTap[], verdicts: readonly TapVerdict[]): LoadedTap[] {
  return taps.filter((_, i) => verdicts[i]?.is === "accepted");
}

/** An accepted tap by both of its names. */
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

function recordOf({ buffered, opened }: LoadedTap): string {
  return opened.ok ? archiveRecord(buffered, opened.tap, opened.signature !== null) : "";
}
