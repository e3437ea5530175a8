import "reflect-metadata";
import { beforeAll, describe, expect, test } from "vitest";
import {
  formatNote,
  leafHash,
  makeLogKey,
  type NoteKey,
  openLogSigner,
  ProofError,
  parseNote,
} from "../audit/index.ts";
import {
  type HierarchyFile,
  issueHierarchy,
  type TrustWhenSigned,
  verifySignature,
} from "../encryption/index.ts";
import { canonicalJson, uuidV7 } from "../kernel/index.ts";
import { checkTapProof, formatTapProof, parseTapProof, type TapProof } from "./index.ts";
import { log, makeTapProof, nowEpochMs, revokeSigner, segment, signerOf } from "./tap-proof.fixture.ts";

let pki: Record<string, HierarchyFile>;
let trust: { rootPems: string[]; crlPems: string[] };
let proof: TapProof;

beforeAll(async () => {
  pki = await issueHierarchy({ nowEpochMs, organisation: "Example", agents: [], hosts: [] });
  trust = { rootPems: [pki["trust.pem"]!.pem], crlPems: [pki["trust.pem"]!.pem] };
  proof = makeTapProof(3, signerOf(pki));
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
    const log = { ...proof.log!, index: 9_999_999, path };
    expect(formatTapProof({ ...proof, log }).length).toBeLessThanOrEqual(4_096);
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
    expect(faultOf(() => check(makeTapProof(3, signerOf(stranger))))).toBe("untrusted");
  });

  test("is not judged by an unreadable trust file", () => {
    const damaged = [trust.rootPems[0]!.replace(/\n[^-\n]{10}/, "\nAAAAAAAAAA")];
    expect(() => check(proof, { trust: { rootPems: damaged, crlPems: damaged } })).toThrow(
      expect.objectContaining({ code: "misconfigured" }),
    );
  });

  test("by a revoked signer is refused, whenever it was signed", async () => {
    const revoking = await revokeSigner(pki);
    const crlPems = [...trust.crlPems, revoking];
    expect(faultOf(() => check(proof, { trust: { ...trust, crlPems } }))).toBe("revoked");
  });
});
