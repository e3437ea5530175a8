import "reflect-metadata";
import { verify } from "node:crypto";
import { X509Crl } from "@peculiar/x509";
import { messageOf, TaplineError } from "../kernel/index.ts";
import { type Certificate, keyUsage, pemBlocks, pemToDer } from "./certificate.ts";
import { DerReader } from "./read-der.ts";
import { tags } from "./write-der.ts";

/** A certificate revocation list (RFC 5280 §5), not yet trusted. */
export interface RevocationList {
  readonly issuerName: string;
  /** When a newer list should be there, ms since 1970; `null` where it does not say. */
  readonly nextUpdateEpochMs: number | null;
  isSignedBy(issuer: Certificate): boolean;
  revokes(certificate: Certificate): boolean;
}

/** Every CRL in a PEM text. @throws TaplineError `misconfigured` where one is unreadable */
export function revocationListsIn(pem: string): RevocationList[] {
  return pemBlocks(pem, "X509 CRL").map((block) => {
    try {
      return parse(pemToDer(block));
    } catch (cause) {
      throw new TaplineError(
        "misconfigured",
        `a certificate revocation list is unreadable: ${messageOf(cause)}`,
        {
          remedy: "Fetch the list again from the certificate authority.",
          cause,
        },
      );
    }
  });
}

function parse(der: Buffer<ArrayBuffer>): RevocationList {
  const crl = new X509Crl(der);
  const list = new DerReader(der, "a revocation list").inside(tags.sequence);
  const signed = list.whole(tags.sequence);
  list.contents(tags.sequence);
  const signature = list.contents(tags.bitString).subarray(1);
  const hash = crl.signatureAlgorithm.hash.name;
  const verdicts = new Map<string, boolean>();
  const check = (issuer: Certificate): boolean =>
    issuer.name === crl.issuer &&
    issuer.allows(keyUsage.cRLSign) &&
    verify(hash, signed, issuer.x509.publicKey, signature);
  return {
    issuerName: crl.issuer,
    nextUpdateEpochMs: crl.nextUpdate?.getTime() ?? null,
    isSignedBy: (issuer) => {
      const verdict = verdicts.get(issuer.sha256) ?? check(issuer);
      verdicts.set(issuer.sha256, verdict);
      return verdict;
    },
    revokes: (certificate) => crl.findRevoked(certificate.serialHex) !== null,
  };
}
