import { beforeAll, expect, test } from "vitest";
import { type HierarchyFile, issueHierarchy } from "./issue-hierarchy.ts";
import { readRingKey } from "./key-ring.ts";
import { certificateText, readOffered } from "./offered-certificate.ts";

const nowEpochMs = Date.now();
let files: Record<string, HierarchyFile>;
beforeAll(async () => {
  files = await issueHierarchy({ nowEpochMs, organisation: "Test", agents: [], hosts: [] });
});
const pem = (name: string): string => files[name]!.pem;

test("a certificate is shown whole before it counts", () => {
  const offered = readOffered(`${pem("archive.crt")}${pem("intermediate.crt")}`, "archive", [], nowEpochMs);
  const key = readRingKey(pem("archive.crt"), "archive");
  expect(offered).toMatchObject({
    ...{ subject: key.subject, ski: key.ski, certSha256: key.certSha256, algorithm: "P-256", notes: [] },
    ...{ notAfterEpochMs: key.notAfterEpochMs, chain: [expect.stringContaining("Test")] },
  });
});

test("what is no certificate is named, and nothing of it is repeated", () => {
  const wrong = [
    [pem("archive.key"), "this holds a private key"],
    [`${pem("archive.crt")}${pem("archive.key")}`, "this holds a private key"],
    ["-----BEGIN RSA PRIVATE KEY-----\nnonsense", "this holds a private key"],
    ["-----BEGIN CERTIFICATE REQUEST-----\nAAAA", "a request for a certificate"],
    ["-----BEGIN X509 CRL-----\nAAAA", "a revocation list"],
    ["-----BEGIN PUBLIC KEY-----\nAAAA", "a public key without a certificate"],
    ["ssh-ed25519 AAAA ann@example", "SSH or PGP"],
    ["hello", "no certificate in PEM"],
  ] as const;
  for (const [text, said] of wrong) {
    expect(() => certificateText(text), said).toThrow(said);
    try {
      certificateText(text);
    } catch (error) {
      expect(JSON.stringify(error) + String(error)).not.toContain(text.split("\n")[1] ?? "nothing");
    }
  }
  expect(() => readOffered(pem("signer.crt"), "archive", [], nowEpochMs)).toThrow("lacks keyAgreement");
});

test("what should be known before it is taken is said", () => {
  const ring = [readRingKey(pem("archive.crt"), "archive", "retiring")];
  const other = [{ ...ring[0]!, certSha256: "0".repeat(64) }];
  const yearsLater = nowEpochMs + 20 * 365 * 86_400_000;
  const { notes } = readOffered(pem("archive.crt"), "archive", other, yearsLater);
  expect(notes).toEqual([
    expect.stringMatching(/^It expired on /),
    expect.stringContaining("which is retiring"),
  ]);
  expect(readOffered(pem("archive.crt"), "archive", ring, nowEpochMs).notes).toEqual([]);
});
