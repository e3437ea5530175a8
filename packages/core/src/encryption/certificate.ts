import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsagesExtension,
  X509Certificate as ParsedCertificate,
  SubjectKeyIdentifierExtension,
} from "@peculiar/x509";
import { messageOf, sha256Hex, TaplineError } from "../kernel/index.ts";

/** Bits of keyUsage (RFC 5280 §4.2.1.3) as @peculiar/x509 counts them. */
export const keyUsage = {
  digitalSignature: 1,
  keyEncipherment: 4,
  keyAgreement: 16,
  keyCertSign: 32,
  cRLSign: 64,
} as const;

/** A key of the Web Cryptography API, as the types of whoever compiles this have it: those of Node and of browsers differ. */
export type WebKey = InstanceType<typeof CryptoKey>;

/** What we need of an X.509 certificate. */
export interface Certificate {
  readonly x509: X509Certificate;
  readonly der: Buffer<ArrayBuffer>;
  /** One line, such as `CN=Tapline archive, O=Example`. */
  readonly subject: string;
  /** Subject and issuer in one form, for comparing with each other and with a CRL's issuer. */
  readonly name: string;
  readonly issuerName: string;
  readonly serialHex: string;
  /** SubjectKeyIdentifier in hexadecimal, or `null` where it has none. */
  readonly ski: string | null;
  readonly sha256: string;
  readonly notBeforeEpochMs: number;
  readonly notAfterEpochMs: number;
  readonly isAuthority: boolean;
  /** How many authorities may stand between this one and a leaf (RFC 5280 §4.2.1.9). */
  readonly maxPathLength: number;
  /** Whether it may vouch for content: its extendedKeyUsage, where it has one, names emailProtection, as openssl demands. */
  readonly mayVouch: boolean;
  /** Critical extensions that nothing here understands (RFC 5280 §4.2). */
  readonly unknownCritical: readonly string[];
  /** True where keyUsage is there and has `bit`. */
  allows(bit: number): boolean;
}

const understood = new Set(["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.37"]);

/** @throws what the libraries throw where `bytes` are not a certificate */
export function parseCertificate(bytes: Uint8Array | string): Certificate {
  const x509 = new X509Certificate(bytes);
  // Its public key is decoded on first use: here, so that a bad one is refused here.
  void x509.publicKey;
  const parsed = new ParsedCertificate(x509.raw);
  const basic = parsed.getExtension(BasicConstraintsExtension);
  const purposes = parsed.getExtension(ExtendedKeyUsageExtension)?.usages;
  const usages = parsed.getExtension(KeyUsagesExtension)?.usages ?? 0;
  return {
    x509,
    der: x509.raw,
    subject: x509.subject.split("\n").reverse().join(", "),
    name: parsed.subject,
    issuerName: parsed.issuer,
    serialHex: parsed.serialNumber,
    ski: parsed.getExtension(SubjectKeyIdentifierExtension)?.keyId ?? null,
    sha256: sha256Hex(x509.raw),
    notBeforeEpochMs: parsed.notBefore.getTime(),
    notAfterEpochMs: parsed.notAfter.getTime(),
    isAuthority: basic?.ca ?? false,
    maxPathLength: basic?.pathLength ?? Number.POSITIVE_INFINITY,
    mayVouch: purposes?.includes(ExtendedKeyUsage.emailProtection) ?? true,
    unknownCritical: parsed.extensions
      .filter((e) => e.critical && !understood.has(e.type))
      .map((e) => e.type),
    allows: (bit) => (usages & bit) === bit,
  };
}

const certificatesKept = 64;
const kept = new Map<string, Certificate>();

/** As `parseCertificate`; the last ones are kept, since the same two or three are read over and over: in signatures, in settings. */
export function keptCertificate(der: Uint8Array): Certificate {
  const digest = sha256Hex(der);
  const certificate = kept.get(digest) ?? parseCertificate(der);
  kept.delete(digest);
  kept.set(digest, certificate);
  for (const oldest of kept.keys()) if (kept.size > certificatesKept) kept.delete(oldest);
  return certificate;
}

/**
 * Every certificate in a PEM text, in its order.
 * @param what names the text in errors
 * @throws TaplineError `misconfigured`
 */
export function certificatesIn(pem: string, what: string): Certificate[] {
  const blocks = pemBlocks(pem, "CERTIFICATE");
  if (blocks.length === 0)
    throw new TaplineError("misconfigured", `${what} holds no PEM certificate`, {
      remedy: "Give a file with a -----BEGIN CERTIFICATE----- block.",
    });
  try {
    return blocks.map((block) => keptCertificate(pemToDer(block)));
  } catch (error) {
    throw new TaplineError("misconfigured", `${what} holds an unreadable certificate: ${messageOf(error)}`, {
      remedy: "Give an X.509 certificate in PEM.",
      cause: error,
    });
  }
}

/** The blocks of one label in a PEM text (RFC 7468), delimiters included. */
export function pemBlocks(pem: string, label: string): string[] {
  const block = new RegExp(`-----BEGIN ${label}-----[A-Za-z0-9+/=\\s]+-----END ${label}-----`, "g");
  return pem.match(block) ?? [];
}

/** The DER of one PEM block. */
export function pemToDer(block: string): Buffer<ArrayBuffer> {
  return Buffer.from(block.replace(/-----[^-]+-----/g, "").replace(/\s+/g, ""), "base64");
}
