import { createPublicKey, type KeyObject } from "node:crypto";
import { TaplineError } from "../kernel/index.ts";
import { type Certificate, certificatesIn, keyUsage } from "./certificate.ts";
import { DerReader } from "./read-der.ts";
import { contextTag, sequence, tags } from "./write-der.ts";

/** Somebody to whom objects are encrypted: a parsed certificate, read once. */
export interface Recipient {
  /** Subject, one line, such as `CN=Tapline archive, O=Example`. */
  readonly subject: string;
  /** SubjectKeyIdentifier in hexadecimal: how an object names its recipient. */
  readonly ski: string;
  /** SHA-256 of the certificate's DER, hexadecimal. */
  readonly certSha256: string;
  /** IssuerAndSerialNumber (RFC 5652 §10.2.4) in DER: how others may name it. */
  readonly issuerAndSerial: Buffer;
  readonly key: RecipientPublicKey;
}

/** The public key of a recipient: a P-256 point, uncompressed (65 bytes), or RSA. */
export type RecipientPublicKey =
  | { readonly kind: "p256"; readonly point: Buffer }
  | { readonly kind: "rsa"; readonly publicKey: KeyObject };

const rsaBits = { least: 3072, most: 8192 } as const;

/**
 * Reads an X.509 certificate (PEM) that may receive objects: P-256 with keyUsage keyAgreement, or RSA of 3072 to 8192 bits
 * with keyUsage keyEncipherment; with a SubjectKeyIdentifier.
 * @param nowEpochMs where given, a certificate outside its validity is refused
 * @throws TaplineError `misconfigured` naming the subject and what is wrong with it
 */
export function readRecipient(certPem: string, nowEpochMs?: number): Recipient {
  const certificate = certificatesIn(certPem, "the recipient")[0];
  if (certificate === undefined) throw unfit("the recipient file", "it holds no certificate");
  const { subject, x509 } = certificate;
  const key = publicKeyOf(certificate);
  if (certificate.ski === null) throw unfit(subject, "it has no SubjectKeyIdentifier");
  if (nowEpochMs !== undefined) checkValidity(certificate, nowEpochMs);
  const issuerAndSerial = issuerAndSerialOf(x509.raw);
  return { subject, ski: certificate.ski, certSha256: certificate.sha256, issuerAndSerial, key };
}

function publicKeyOf(certificate: Certificate): RecipientPublicKey {
  const { subject, x509 } = certificate;
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = x509.publicKey;
  if (type === "rsa") {
    const bits = details?.modulusLength ?? 0;
    if (bits < rsaBits.least || bits > rsaBits.most)
      throw unfit(subject, `its RSA key has ${bits} bits, not ${rsaBits.least} to ${rsaBits.most}`);
    if (!certificate.allows(keyUsage.keyEncipherment))
      throw unfit(subject, "its keyUsage lacks keyEncipherment");
    return { kind: "rsa", publicKey: x509.publicKey };
  }
  const point = p256Point(x509.publicKey);
  if (point === null) throw unfit(subject, "its key is neither on the curve P-256 nor RSA");
  if (!certificate.allows(keyUsage.keyAgreement)) throw unfit(subject, "its keyUsage lacks keyAgreement");
  return { kind: "p256", point };
}

/** Out of TBSCertificate (RFC 5280 §4.1): version, serial number, signature's algorithm, issuer. */
function issuerAndSerialOf(der: Buffer): Buffer {
  const certificate = new DerReader(der, "the certificate").inside(tags.sequence);
  const toBeSigned = certificate.inside(tags.sequence);
  if (toBeSigned.peek() === contextTag(0)) toBeSigned.pass(contextTag(0));
  const serial = toBeSigned.whole(tags.integer);
  toBeSigned.pass(tags.sequence);
  return sequence(toBeSigned.whole(tags.sequence), serial);
}

/** The uncompressed point of a P-256 public key (SEC 1 §2.3.3), or `null` for any other key. */
export function p256Point(key: KeyObject): Buffer | null {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  if (publicKey.asymmetricKeyDetails?.namedCurve !== "prime256v1") return null;
  return publicKey.export({ format: "der", type: "spki" }).subarray(-65);
}

function checkValidity(certificate: Certificate, nowEpochMs: number): void {
  const { subject, notBeforeEpochMs, notAfterEpochMs } = certificate;
  if (nowEpochMs > notAfterEpochMs)
    throw unfit(subject, `it expired on ${new Date(notAfterEpochMs).toISOString()}`);
  if (nowEpochMs < notBeforeEpochMs)
    throw unfit(subject, `it is valid only from ${new Date(notBeforeEpochMs).toISOString()}`);
}

function unfit(subject: string, why: string): TaplineError {
  return new TaplineError("misconfigured", `${subject} cannot be a recipient of archive objects: ${why}`, {
    remedy:
      "Name a valid certificate: P-256 with keyUsage keyAgreement, or RSA (3072 bits or more) with keyEncipherment.",
    facts: { subject },
  });
}
