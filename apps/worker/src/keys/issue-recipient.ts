import { type Issued, issueLeaf, openAuthority } from "@tapline/core/encryption";

const yearMs = 365.25 * 24 * 3_600_000;
/** Clocks differ: what is issued now is valid from a little before. */
const backdateMs = 3_600_000;
const lifetimeMs = 2 * yearMs;

/** The authority of an installation's own PKI, PEM. */
export type RecipientIssuer = { readonly certPem: string; readonly keyPem: string };

/**
 * Makes a new key that objects can be encrypted to (P-256, keyAgreement, 2 years), certified by our own PKI.
 * @param commonName such as "Tapline archive"
 * @throws TaplineError `misconfigured` where the authority cannot be used
 */
export async function issueRecipient(
  issuer: RecipientIssuer,
  commonName: string,
  nowEpochMs: number,
): Promise<Issued> {
  const authority = await openAuthority(
    issuer.certPem,
    issuer.keyPem,
    "the authority that issues archive keys",
  );
  const organisation = authority.certificate.subjectName.getField("O")[0] ?? "Tapline";
  return await issueLeaf(
    { commonName, organisation, issuer: authority, use: "keyAgreement" },
    { notBefore: new Date(nowEpochMs - backdateMs), notAfter: new Date(nowEpochMs + lifetimeMs) },
  );
}
