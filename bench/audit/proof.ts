import { randomBytes } from "node:crypto";
import { type PrismaClient, recordOperation } from "@tapline/adapters/prisma";
import { inclusionProof, type LogSigner, readEntry } from "@tapline/core/audit";
import { issueHierarchy, signDetached, verifySignature } from "@tapline/core/encryption";
import { sha256, sha256Hex, uuidV7 } from "@tapline/core/kernel";
import {
  buildManifest,
  checkTapProof,
  formatTapProof,
  type Manifest,
  parseTapProof,
  readManifest,
  type SegmentMember,
  type TapProof,
  tapLeafHashes,
} from "@tapline/core/transfer";
import type { LargeLog } from "./large-log.ts";

const taps = 1_000;

/** A segment whose archival is the first entry of a log, so that its proof is as long as any. */
export type MadeSegment = {
  readonly id: string;
  readonly pems: readonly string[];
  readonly signature: string;
  readonly runs: Manifest["runs"];
  readonly recordIt: (prisma: PrismaClient) => Promise<void>;
};

export async function makeSegment(): Promise<MadeSegment> {
  const nowEpochMs = Date.now();
  const pki = await issueHierarchy({ nowEpochMs, organisation: "Bench", agents: [], hosts: [] });
  const pem = (name: string): string => pki[name]?.pem ?? "";
  const by = { certPem: pem("signer.crt"), keyPem: pem("signer.key"), chainPem: [pem("intermediate.crt")] };
  const id = uuidV7(nowEpochMs, randomBytes);
  const { manifest, treeHead } = buildManifest({
    ...{ segment: id, createdAtEpochMs: nowEpochMs, taps, members: members() },
    ...{
      firstReadAtEpochMs: nowEpochMs,
      lastReadAtEpochMs: nowEpochMs,
      plainBytes: 1,
      plainSha256: "ab".repeat(32),
    },
    ...{ objectBytes: 1, objectSha256: "cd".repeat(32) },
    recipients: [{ subject: "CN=archive", ski: "0a".repeat(20), certSha256: "ef".repeat(32) }],
  });
  const facts = {
    ...{ taps, archived: taps, duplicates: 0, rejected: 0, archives: "main" },
    manifestSha256: sha256Hex(manifest),
  };
  return {
    id,
    pems: [pem("trust.pem")],
    signature: signDetached(manifest, by, nowEpochMs, treeHead).toString("base64"),
    runs: readManifest(manifest).runs,
    recordIt: (prisma) =>
      recordOperation(
        prisma,
        { actor: { kind: "job", id: "transfer" }, reason: null },
        { action: "segment.archived", subject: `segment/${id}`, facts },
        nowEpochMs,
      ),
  };
}

/** The proof of one tap of a segment: its bytes, and how long its verification takes. */
export async function measureProof(
  segment: MadeSegment,
  large: LargeLog,
  signer: LogSigner,
  rounds: number,
): Promise<{ bytes: number; ms: number[] }> {
  const { id, pems, signature, runs } = segment;
  const leaves = tapLeafHashes(runs);
  const tap = {
    tracker: runs[0]?.tracker ?? "",
    epoch: 1,
    seq: 1,
    digest: runs[0]?.digests.slice(0, 64) ?? "",
  };
  const proof: TapProof = {
    ...{ format: "tapline-tap-proof/1", tap, signature },
    segment: { id, taps, index: 0, path: Buffer.concat(inclusionProof(leaves, 0)).toString("base64") },
    log: await logged(id, large),
  };
  const text = formatTapProof(proof).toString("utf8");
  const trust = {
    verifySignature: (p7s: Buffer) => verifySignature(p7s, { rootPems: pems, crlPems: pems }),
    keys: [signer.key],
  };
  const ms: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const startedAt = performance.now();
    const proven = checkTapProof(parseTapProof(text), trust);
    // The first one reads the trust file, which others share.
    if (round > 0) ms.push(performance.now() - startedAt);
    if (proven.log === null) throw new Error("the log's part is missing");
  }
  return { bytes: Buffer.byteLength(text), ms };
}

async function logged(segment: string, { prisma, log }: LargeLog): Promise<NonNullable<TapProof["log"]>> {
  const entry = await prisma.auditEntry.findFirstOrThrow({ where: { subject: `segment/${segment}` } });
  const proof = await log.prove(entry.id);
  if (proof === null || proof.extra === null) throw new Error("the log does not prove its first entry");
  return {
    entry: readEntry(proof.extra),
    index: proof.index,
    path: Buffer.concat(proof.path).toString("base64"),
    checkpoint: proof.note,
  };
}

/** Of 50 trackers, 20 taps each. */
function members(): SegmentMember[] {
  return Array.from({ length: taps }, (_, i) => ({
    ...{
      tracker: (i % 50).toString(16).padStart(16, "0"),
      trackerEpoch: 1,
      trackerSeq: Math.floor(i / 50) + 1,
    },
    ...{ agent: "gate-1", epoch: 1, seq: i + 1, digest: sha256(Buffer.from(`tap ${i}`)) },
  }));
}
