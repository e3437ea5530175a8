import "reflect-metadata";
import { createPrivateKey, webcrypto } from "node:crypto";
import { X509Certificate, X509CrlGenerator } from "@peculiar/x509";
import { entryAs, inclusionProof, leafHash, makeLogKey, openLogSigner, rootOf } from "../audit/index.ts";
import { type HierarchyFile, type Signer, signDetached } from "../encryption/index.ts";
import { canonicalJson, sha256, sha256Hex, uuidV7 } from "../kernel/index.ts";
import { buildManifest, readManifest, type SegmentMember, type TapProof, tapLeafHashes } from "./index.ts";

/** When all of it was signed. */
export const nowEpochMs = Date.UTC(2026, 10, 28, 12);
export const segment = uuidV7(nowEpochMs, (length) => Buffer.alloc(length, 7));
/** Signs the checkpoints. */
export const log = openLogSigner(makeLogKey(), "tapline.test/log");
const members: SegmentMember[] = Array.from({ length: 1_000 }, (_, i) => ({
  ...{
    tracker: (i % 50).toString(16).padStart(16, "0"),
    trackerEpoch: 1,
    trackerSeq: Math.floor(i / 50) + 1,
  },
  ...{ agent: "gate-1", epoch: 1, seq: i + 1, digest: sha256(Buffer.from(`tap ${i}`)) },
}));

function pemOf(files: Record<string, HierarchyFile>, name: string): string {
  const file = files[name];
  if (file === undefined) throw new Error(`the hierarchy lacks ${name}`);
  return file.pem;
}

export const signerOf = (files: Record<string, HierarchyFile>): Signer => ({
  certPem: pemOf(files, "signer.crt"),
  keyPem: pemOf(files, "signer.key"),
  chainPem: [pemOf(files, "intermediate.crt")],
});

/** A proof of the `index`-th tap of a segment of 1,000, whose entry is one of ten million by the length of its path. */
export function makeTapProof(index: number, signer: Signer): TapProof {
  const { manifest, treeHead } = buildManifest({
    ...{ segment, createdAtEpochMs: nowEpochMs, taps: members.length, members },
    ...{ firstReadAtEpochMs: 1, lastReadAtEpochMs: 2, plainBytes: 5, plainSha256: "ab".repeat(32) },
    ...{ objectBytes: 1, objectSha256: "cd".repeat(32) },
    recipients: [{ subject: "CN=archive", ski: "0a".repeat(20), certSha256: "ef".repeat(32) }],
  });
  const signature = signDetached(manifest, signer, nowEpochMs, treeHead);
  const { runs } = readManifest(manifest);
  const leaves = tapLeafHashes(runs);
  const [run] = runs;
  const entry = entryAs(segment, nowEpochMs + 40, {
    ...{ actor: { kind: "job", id: "transfer" }, reason: null },
    ...{ action: "segment.archived", subject: `segment/${segment}` },
    facts: {
      ...{ taps: 1_000, archived: 1_000, duplicates: 0, rejected: 0, archives: "main" },
      manifestSha256: sha256Hex(manifest),
    },
  });
  const others = Array.from({ length: 23 }, (_, i) => leafHash(Buffer.from(`entry ${i}`)));
  const all = [leafHash(canonicalJson(entry)), ...others];
  return {
    format: "tapline-tap-proof/1",
    tap: {
      tracker: run?.tracker ?? "",
      epoch: 1,
      seq: index + 1,
      digest: (run?.digests ?? "").slice(index * 64, (index + 1) * 64),
    },
    segment: { id: segment, taps: 1_000, index, path: join(inclusionProof(leaves, index)) },
    signature: signature.toString("base64"),
    log: {
      entry,
      index: 0,
      path: join(inclusionProof(all, 0)),
      checkpoint: log.signHead(all.length, rootOf(all)),
    },
  };
}

const join = (hashes: readonly Uint8Array[]): string => Buffer.concat(hashes).toString("base64");

/** A list by which the signer's certificate is revoked, in PEM. */
export async function revokeSigner(pki: Record<string, HierarchyFile>): Promise<string> {
  const der = createPrivateKey(pemOf(pki, "intermediate.key")).export({ format: "der", type: "pkcs8" });
  const algorithm = { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" };
  const signingKey = await webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
  const crl = await X509CrlGenerator.create({
    issuer: new X509Certificate(pemOf(pki, "intermediate.crt")).subject,
    thisUpdate: new Date(nowEpochMs),
    nextUpdate: new Date(nowEpochMs + 86_400_000),
    signingAlgorithm: algorithm,
    signingKey: signingKey as Parameters<typeof X509CrlGenerator.create>[0]["signingKey"],
    entries: [{ serialNumber: new X509Certificate(pemOf(pki, "signer.crt")).serialNumber }],
  });
  return crl.toString("pem").replace(/(BEGIN|END) CRL/g, "$1 X509 CRL");
}
