import { createPublicKey, type KeyObject } from "node:crypto";
import { TaplineError } from "../kernel/index.ts";
import { type Certificate, certificatesIn, keyUsage } from "./certificate.ts";

/** Somebody to whom objects are encrypted: a parsed certificate, read once. */
export interface Recipient {
  /** Subject, one line, such as `CN=Tapline archive, O=Example`. */
  readonly subject: string;
  /** SubjectKeyIdentifier in hexadecimal: how an object names its recipient. */
  readonly ski: string;
  /** SHA-256 of the certificate's DER, hexadecimal. */
  readonly certSha256: string;
  /** The P-256 public point, uncompressed: 65 bytes. */
  readonly point: Buffer;
}

/**
 * Reads an X.509 certificate (PEM) that may receive objects: P-256, keyUsage keyAgreement, with a
 * SubjectKeyIdentifier.
 * @param nowEpochMs where given, a certificate outside its validity is refused
 * @throws TaplineError `misconfigured` naming the subject and what is wrong with it
 */
export function readRecipient(certPem: string, nowEpochMs?: number): Recipient {
  const certificate = certificatesIn(certPem, "the recipient")[0];
  if (certificate === undefined) throw unfit("the recipient file", "it holds no certificate");
  const { subject, x509 } = certificate;
  const point = p256Point(x509.publicKey);
  if (point === null) throw unfit(subject, "its key is not on the curve P-256");
  if (!certificate.allows(keyUsage.keyAgreement)) throw unfit(subject, "its keyUsage lacks keyAgreement");
  if (certificate.ski === null) throw unfit(subject, "it has no SubjectKeyIdentifier");
  if (nowEpochMs !== undefined) checkValidity(certificate, nowEpochMs);
  return { subject, ski: certificate.ski, certSha256: certificate.sha256, point };
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
    remedy: "Name a valid P-256 certificate with keyUsage keyAgreement in TAPLINE_RECIPIENTS.",
    facts: { subject },
  });
}
