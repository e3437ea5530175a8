import "reflect-metadata";
import { createPrivateKey, webcrypto } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { X509Certificate, X509CrlGenerator } from "@peculiar/x509";
import { beforeAll, describe, expect, test } from "vitest";
import { sha256, TaplineError } from "../kernel/index.ts";
import {
  type HierarchyFile,
  issueHierarchy,
  type Signer,
  signDetached,
  type Trust,
  verifyDetached,
  verifySignature,
} from "./index.ts";
import { openBench } from "./test-openssl.ts";

const nowEpochMs = Date.UTC(2026, 10, 23, 12);
const yearMs = 366 * 24 * 3600 * 1000;
const content = Buffer.from('{"taps":3}');
let pki: Record<string, HierarchyFile>;
let stranger: Record<string, HierarchyFile>;
let trust: Trust;
let signature: Buffer;

const signerOf = (files: Record<string, HierarchyFile>): Signer => ({
  certPem: files["signer.crt"]!.pem,
  keyPem: files["signer.key"]!.pem,
  chainPem: [files["intermediate.crt"]!.pem],
});

beforeAll(async () => {
  pki = await issueHierarchy({ nowEpochMs, organisation: "Example", agents: [], hosts: [] });
  stranger = await issueHierarchy({ nowEpochMs, organisation: "Example", agents: [], hosts: [] });
  const trustPem = [pki["trust.pem"]!.pem];
  trust = { rootPems: trustPem, crlPems: trustPem, atEpochMs: nowEpochMs };
  signature = signDetached(content, signerOf(pki), nowEpochMs);
});

function refusal(act: () => unknown): TaplineError {
  try {
    act();
  } catch (error) {
    if (error instanceof TaplineError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

const reason = (act: () => unknown) => refusal(act).facts.reason;

/** The intermediate's list, with the signer on it where `revoked`. */
async function listOfIntermediate(nextUpdateEpochMs: number, revoked: boolean): Promise<string> {
  const der = createPrivateKey(pki["intermediate.key"]!.pem).export({ format: "der", type: "pkcs8" });
  const algorithm = { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" };
  const signingKey = await webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
  const serialNumber = new X509Certificate(pki["signer.crt"]!.pem).serialNumber;
  const crl = await X509CrlGenerator.create({
    issuer: new X509Certificate(pki["intermediate.crt"]!.pem).subject,
    thisUpdate: new Date(nowEpochMs - 1000),
    nextUpdate: new Date(nextUpdateEpochMs),
    signingAlgorithm: algorithm,
    signingKey,
    entries: revoked ? [{ serialNumber }] : [],
  });
  return crl.toString("pem").replace(/(BEGIN|END) CRL/g, "$1 X509 CRL");
}

describe("a detached signature", () => {
  test("verifies and tells who signed, and when", () => {
    expect(verifyDetached(content, signature, trust)).toMatchObject({
      subject: "CN=Tapline manifest signer, O=Example",
      signedAtEpochMs: nowEpochMs,
    });
  });

  test("tells the content's digest and a tree's head to who has not the content", () => {
    const treeHead = Buffer.alloc(40, 7);
    const signed = signDetached(content, signerOf(pki), nowEpochMs, treeHead);
    expect(verifySignature(signed, trust)).toMatchObject({ digest: sha256(content), treeHead });
    expect(verifyDetached(content, signed, trust).treeHead).toEqual(treeHead);
    expect(verifySignature(signature, trust)).toMatchObject({ digest: sha256(content), treeHead: null });
    const at = signed.indexOf(treeHead);
    signed[at]! ^= 1;
    expect(refusal(() => verifySignature(signed, trust)).code).toBe("corrupt");
  });

  test("carries a time beyond 2049", () => {
    const late = Date.UTC(2051, 0, 2, 3, 4, 5);
    const signed = signDetached(content, signerOf(pki), late);
    expect(verifyDetached(content, signed, trust).signedAtEpochMs).toBe(late);
  });

  test("verifies with openssl against the trust file with every CRL checked", async () => {
    await using bench = await openBench();
    await bench.write({ s: signature, content, changed: "{}", "trust.pem": pki["trust.pem"]!.pem });
    const verify = (name: string) =>
      bench.run(
        "openssl",
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-in",
        "s",
        "-content",
        name,
        "-CAfile",
        "trust.pem",
        "-crl_check_all",
        "-attime",
        String(nowEpochMs / 1000),
        "-out",
        "out",
      );
    expect(await verify("content")).toMatchObject({ code: 0 });
    expect((await verify("changed")).code).not.toBe(0);
    await bench.write({ s: signDetached(content, signerOf(pki), nowEpochMs, Buffer.alloc(40, 7)) });
    expect(await verify("content")).toMatchObject({ code: 0 });
  });

  test("with one bit flipped, in the signature or in the content, is refused", { timeout: 30_000 }, () => {
    for (let bit = 0; bit < signature.length * 8; bit += 23) {
      const copy = Buffer.from(signature);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      const error = refusal(() => verifyDetached(content, copy, trust));
      expect(["corrupt", "unauthenticated"], `bit ${bit}`).toContain(error.code);
    }
    for (let bit = 0; bit < content.length * 8; bit += 1) {
      const copy = Buffer.from(content);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      expect(refusal(() => verifyDetached(copy, signature, trust)).code).toBe("corrupt");
    }
  });

  test("cut off, or followed by a byte, is refused as corrupt", () => {
    expect(refusal(() => verifyDetached(content, signature.subarray(0, -1), trust)).code).toBe("corrupt");
    expect(refusal(() => verifyDetached(content, Buffer.concat([signature, Buffer.of(0)]), trust)).code).toBe(
      "corrupt",
    );
    expect(refusal(() => verifyDetached(content, Buffer.alloc(100_000), trust)).code).toBe("corrupt");
  });

  test("of a stranger with the same names is untrusted", () => {
    const forged = signDetached(content, signerOf(stranger), nowEpochMs);
    expect(reason(() => verifyDetached(content, forged, trust))).toBe("untrusted");
  });

  test("made with a key for something else, such as the door's, is refused: by us as by openssl", async () => {
    await using bench = await openBench();
    const files = ["server.crt", "server.key", "signer.crt", "signer.key", "intermediate.crt"];
    await bench.write({ content, ...Object.fromEntries(files.map((name) => [name, pki[name]!.pem])) });
    const signedBy = async (name: string): Promise<Buffer> => {
      const form = ["-binary", "-outform", "DER", "-keyid", "-nosmimecap", "-md", "sha256"];
      const who = ["-signer", `${name}.crt`, "-inkey", `${name}.key`, "-certfile", "intermediate.crt"];
      await bench.run("openssl", "cms", "-sign", ...form, ...who, "-in", "content", "-out", "s");
      return await readFile(join(bench.dir, "s"));
    };
    const bySigner = await signedBy("signer");
    expect(verifyDetached(content, bySigner, trust).subject).toContain("signer");
    const byDoor = await signedBy("server");
    expect(reason(() => verifyDetached(content, byDoor, trust))).toBe("purpose");
    await bench.write({ "trust.pem": pki["trust.pem"]!.pem });
    const check = ["-verify", "-binary", "-inform", "DER", "-in", "s", "-content", "content"];
    const openssl = await bench.run("openssl", "cms", ...check, "-CAfile", "trust.pem", "-out", "out");
    expect(openssl).toMatchObject({ code: 4, stderr: expect.stringContaining("purpose") });
    const door = { ...signerOf(pki), certPem: pki["server.crt"]!.pem, keyPem: pki["server.key"]!.pem };
    expect(refusal(() => signDetached(content, door, nowEpochMs))).toMatchObject({ code: "misconfigured" });
  });

  test("without the intermediate is untrusted", () => {
    const lonely = signDetached(content, { ...signerOf(pki), chainPem: [] }, nowEpochMs);
    expect(reason(() => verifyDetached(content, lonely, trust))).toBe("untrusted");
  });

  test("with a certificate that is not of the chain is refused", () => {
    const signer = signerOf(pki);
    const crowded = signDetached(
      content,
      { ...signer, chainPem: [...signer.chainPem, pki["escrow.crt"]!.pem] },
      nowEpochMs,
    );
    expect(refusal(() => verifyDetached(content, crowded, trust)).code).toBe("corrupt");
  });

  test("is refused before and after the signer's validity", () => {
    const at = (atEpochMs: number) =>
      reason(() => verifyDetached(content, signature, { ...trust, atEpochMs }));
    expect(at(nowEpochMs + 3 * yearMs)).toBe("expired");
    expect(at(nowEpochMs - yearMs)).toBe("not-yet-valid");
  });

  test("is refused without a revocation list, with a stale one, and when revoked", async () => {
    const rootOnly = { ...trust, crlPems: [pki["root.crl"]!.pem] };
    expect(reason(() => verifyDetached(content, signature, rootOnly))).toBe("no-crl");
    const stale = [pki["root.crl"]!.pem, await listOfIntermediate(nowEpochMs - 500, false)];
    expect(reason(() => verifyDetached(content, signature, { ...trust, crlPems: stale }))).toBe("stale-crl");
    const revoking = [pki["trust.pem"]!.pem, await listOfIntermediate(nowEpochMs + yearMs, true)];
    expect(reason(() => verifyDetached(content, signature, { ...trust, crlPems: revoking }))).toBe("revoked");
  });

  test("cannot be made with an encryption certificate or another's key", () => {
    const wrong = { ...signerOf(pki), certPem: pki["archive.crt"]!.pem };
    expect(refusal(() => signDetached(content, wrong, nowEpochMs)).code).toBe("misconfigured");
    const mixed = { ...signerOf(pki), keyPem: pki["escrow.key"]!.pem };
    expect(refusal(() => signDetached(content, mixed, nowEpochMs)).message).toContain("not its own");
  });
});
