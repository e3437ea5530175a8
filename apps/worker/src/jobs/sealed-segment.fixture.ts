import { createHash, randomBytes } from "node:crypto";
import { readRecipient, sealEnvelope } from "@tapline/core/encryption";
import { sha256Hex, uuidV7 } from "@tapline/core/kernel";
import { buildManifest, type SegmentMember } from "@tapline/core/transfer";

/** A sealed segment of one tap, as the encryption stage leaves it. @param recipientPem whom it is encrypted to */
export function sealedSegment(recipientPem: string) {
  const nowEpochMs = Date.now();
  const id = uuidV7(nowEpochMs, randomBytes);
  const digest = createHash("sha256").update(id).digest();
  const member: SegmentMember = {
    ...{ tracker: `t-${id}`, trackerEpoch: 1, trackerSeq: 1, agent: "gate-1", epoch: 1, seq: 1, digest },
  };
  const recipients = [readRecipient(recipientPem)];
  const { object, objectSha256 } = sealEnvelope(randomBytes(40_000), recipients);
  const { manifest } = buildManifest({
    ...{ segment: id, createdAtEpochMs: nowEpochMs, taps: 1 },
    ...{ firstReadAtEpochMs: nowEpochMs, lastReadAtEpochMs: nowEpochMs, plainBytes: 5 },
    plainSha256: sha256Hex(Buffer.from("plain")),
    objectBytes: object.length,
    objectSha256,
    recipients,
    members: [member],
  });
  return { id, member, nowEpochMs, files: { object, manifest, signature: Buffer.from("signature") } };
}
