import "reflect-metadata";
import { createPrivateKey, webcrypto } from "node:crypto";
import { X509Certificate, X509CrlGenerator } from "@peculiar/x509";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type AuditEntry,
  formatNote,
  inclusionProof,
  leafHash,
  makeLogKey,
  type NoteKey,
  openLogSigner,
  ProofError,
  parseNote,
  rootOf,
} from "../audit/index.ts";
import {
  type HierarchyFile,
  issueHierarchy,
  type Signer,
  signDetached,
  type TrustWhenSigned,
  verifySignature,
} from "../encryption/index.ts";
import { canonicalJson, sha256, sha256Hex, uuidV7 } from "../kernel/index.ts";
import {
  buildManifest,
  checkTapProof,
  formatTapProof,
  parseTapProof,
  readManifest,
  type SegmentMember,
  type TapProof,
  tapLeafHashes,
} from "./index.ts";

const nowEpochMs = Date.UTC(2026, 10, 28, 12);
const segment = uuidV7(nowEpochMs, (length) => Buffer.alloc(length, 7));
const log = openLogSigner(makeLogKey(), "tapline.test/log");
const members: SegmentMember[] = Array.from({ length: 1_000 }, (_, i) => ({
  ...{ tracker: `t-${i % 50}`, trackerEpoch: 1, trackerSeq: Math.floor(i / 50) + 1 },
  ...{ agent: "gate-1", epoch: 1, seq: i + 1, digest: sha256(Buffer.from(`tap ${i}`)) },
}));
let pki: Record<string, HierarchyFile>;
let trust: { rootPems: string[]; crlPems: string[] };
let proof: TapProof;

const signerOf = (files: Record<string, HierarchyFile>): Signer => ({
  certPem: files["signer.crt"]!.pem,
  keyPem: files["signer.key"]!.pem,
  chainPem: [files["intermediate.crt"]!.pem],
});

/** A proof of the `index`-th tap of a segment of 1,000, whose entry is one of ten million by the length of its path. */
function made(index: number, signer: Signer): TapProof {
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
  const entry: AuditEntry = {
    ...{ version: 1, id: segment, atEpochMs: nowEpochMs + 40, actor: { kind: "job", id: "transfer" } },
    ...{ action: "segment.archived", subject: `segment/${segment}`, reason: null },
    facts: {
      ...{ taps: 1_000, archived: 1_000, duplicates: 0, rejected: 0, archives: "main" },
      manifestSha256: sha256Hex(manifest),
    },
  };
  const others = Array.from({ length: 23 }, (_, i) => leafHash(Buffer.from(`entry ${i}`)));
  const all = [leafHash(canonicalJson(entry)), ...others];
  return {
    format: "tapline-tap-proof/1",
    tap: {
      tracker: run!.tracker,
      epoch: 1,
      seq: index + 1,
      digest: run!.digests.slice(index * 64, (index + 1) * 64),
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

beforeAll(async () => {
  pki = await issueHierarchy({ nowEpochMs, organisation: "Example", agents: [], hosts: [] });
  trust = { rootPems: [pki["trust.pem"]!.pem], crlPems: [pki["trust.pem"]!.pem] };
  proof = made(3, signerOf(pki));
});

const check = (
  changed: unknown = proof,
  given: { readonly trust?: TrustWhenSigned; readonly keys?: readonly NoteKey[] } = {},
) =>
  checkTapProof(parseTapProof(JSON.stringify(changed)), {
    verifySignature: (p7s) => verifySignature(p7s, given.trust ?? trust),
    keys: given.keys ?? [log.key],
  });

function faultOf(act: () => unknown): string {
  try {
    act();
    return "proven";
  } catch (error) {
    if (error instanceof ProofError) return error.fault;
    throw error;
  }
}

describe("a proof of a tap", () => {
  test("proves it to who has the root certificate and the log's verifier key", () => {
    expect(check()).toMatchObject({
      ...{ tap: proof.tap, segment },
      signer: { subject: "CN=Tapline manifest signer, O=Example", signedAtEpochMs: nowEpochMs },
      log: { index: 0, checkpoint: { origin: "tapline.test/log", size: 24 } },
    });
    expect(parseTapProof(formatTapProof(proof).toString())).toEqual(proof);
    expect(check({ ...proof, log: null }).log).toBeNull();
  });

  test("with any one bit changed is refused, and never by an error of another kind", {
    timeout: 120_000,
  }, () => {
    const bytes = formatTapProof(proof);
    const seen = new Set<string>();
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1 << (at % 7);
      const fault = faultOf(() =>
        checkTapProof(parseTapProof(changed.toString("utf8")), {
          verifySignature: (p7s) => verifySignature(p7s, trust),
          keys: [log.key],
        }),
      );
      seen.add(fault);
      expect(fault, `byte ${at}`).not.toBe("proven");
    }
    expect([...seen].sort()).toEqual(expect.arrayContaining(["another-log", "forged", "malformed"]));
  });

  test("is small", () => {
    // As in a log of ten million entries.
    const path = Buffer.alloc(24 * 32, 1).toString("base64");
    expect(formatTapProof({ ...proof, log: { ...proof.log!, path } }).length).toBeLessThan(4_200);
  });

  test.for([
    ["malformed", () => parseTapProof(formatTapProof(proof).toString().slice(0, -20))],
    ["malformed", () => parseTapProof("{}")],
    ["malformed", () => check({ ...proof, more: 1 })],
    ["malformed", () => check({ ...proof, segment: { ...proof.segment, path: "not base64" } })],
    ["newer-format", () => check({ ...proof, format: "tapline-tap-proof/2" })],
    ["forged", () => check({ ...proof, tap: { ...proof.tap, seq: 5 } })],
    ["forged", () => check({ ...proof, segment: { ...proof.segment, index: 4 } })],
    ["forged", () => check({ ...proof, segment: { ...proof.segment, path: "" } })],
    ["forged", () => check({ ...proof, log: { ...proof.log, index: 1 } })],
    ["another-log", () => check(proof, { keys: [openLogSigner(makeLogKey(), "tapline.test/other").key] })],
    ["unknown-key", () => check(proof, { keys: [openLogSigner(makeLogKey(), "tapline.test/log").key] })],
    ["expired", () => check(proof, { trust: { ...trust, atEpochMs: nowEpochMs + 3 * 366 * 86_400_000 } })],
  ] as const)("is %s", ([fault, act]) => {
    expect(faultOf(act)).toBe(fault);
  });

  test("whose entry speaks of another segment or manifest is forged, also where the log holds it", () => {
    const { entry } = proof.log!;
    for (const other of [
      { ...entry, subject: `segment/${uuidV7(nowEpochMs, (length) => Buffer.alloc(length, 8))}` },
      { ...entry, action: "segment.quarantined" },
      { ...entry, facts: { ...entry.facts, manifestSha256: "00".repeat(32) } },
    ]) {
      const root = leafHash(canonicalJson(other));
      const logged = { entry: other, index: 0, path: "", checkpoint: log.signHead(1, root) };
      expect(faultOf(() => check({ ...proof, log: logged }))).toBe("forged");
    }
  });

  test("whose checkpoint was signed by nobody is refused", () => {
    const unsigned = formatNote({ ...parseNote(proof.log!.checkpoint), signatures: [] });
    expect(faultOf(() => check({ ...proof, log: { ...proof.log, checkpoint: unsigned } }))).not.toBe(
      "proven",
    );
  });

  test("by somebody else's authority is untrusted", async () => {
    const stranger = await issueHierarchy({ nowEpochMs, organisation: "Example", agents: [], hosts: [] });
    expect(faultOf(() => check(made(3, signerOf(stranger))))).toBe("untrusted");
  });

  test("by a revoked signer is refused, whenever it was signed", async () => {
    const der = createPrivateKey(pki["intermediate.key"]!.pem).export({ format: "der", type: "pkcs8" });
    const algorithm = { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" };
    const signingKey = await webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
    const crl = await X509CrlGenerator.create({
      issuer: new X509Certificate(pki["intermediate.crt"]!.pem).subject,
      thisUpdate: new Date(nowEpochMs),
      nextUpdate: new Date(nowEpochMs + 86_400_000),
      signingAlgorithm: algorithm,
      signingKey,
      entries: [{ serialNumber: new X509Certificate(pki["signer.crt"]!.pem).serialNumber }],
    });
    const revoking = crl.toString("pem").replace(/(BEGIN|END) CRL/g, "$1 X509 CRL");
    const crlPems = [...trust.crlPems, revoking];
    expect(faultOf(() => check(proof, { trust: { ...trust, crlPems } }))).toBe("revoked");
  });
});
