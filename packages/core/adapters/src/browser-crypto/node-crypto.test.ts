import { X509Certificate as NodesCertificate } from "node:crypto";
import { type HierarchyFile, issueHierarchy } from "@tapline/core/encryption";
import { beforeAll, expect, test } from "vitest";
import { X509Certificate } from "./node-crypto.ts";

let pki: Record<string, HierarchyFile>;

beforeAll(async () => {
  const nowEpochMs = Date.UTC(2026, 10, 29);
  pki = await issueHierarchy({ nowEpochMs, organisation: "Example", agents: [], hosts: [] });
});

const pem = (name: string): string => pki[name]?.pem ?? "";

/** Whether a certificate can be read and was issued by the other one's key. */
function isIssued(der: Uint8Array, issuer: X509Certificate): boolean {
  try {
    return new X509Certificate(der).verify(issuer.publicKey);
  } catch {
    return false;
  }
}

test("a certificate has one form: any one bit that changes outside of what is signed is found", {
  timeout: 120_000,
}, () => {
  const der = new NodesCertificate(pem("signer.crt")).raw;
  const issuer = new X509Certificate(pem("intermediate.crt"));
  expect(isIssued(der, issuer)).toBe(true);
  // What is signed is the first part of the outer sequence, whose head has 4 bytes, as its own has.
  const signedEnd = 4 + 4 + der.readUInt16BE(6);
  const bits = [
    ...Array.from({ length: 32 }, (_, bit) => bit),
    ...Array.from({ length: (der.length - signedEnd) * 8 }, (_, bit) => signedEnd * 8 + bit),
  ];
  const unnoticed = bits.filter((bit) => {
    const changed = Buffer.from(der);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return isIssued(changed, issuer);
  });
  expect(unnoticed.map((bit) => `byte ${bit >> 3}, bit ${bit & 7}`)).toEqual([]);
});
