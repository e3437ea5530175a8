import { TaplineError } from "../kernel/index.ts";
import { type Certificate, certificatesIn, pemBlocks } from "./certificate.ts";
import { type KeyRole, type RingKey, readRingKey } from "./key-ring.ts";

/** A certificate that somebody offers for the ring, as they are shown it before it counts. */
export interface OfferedCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly certSha256: string;
  /** SubjectKeyIdentifier, hexadecimal. */
  readonly ski: string;
  /** Such as `P-256` or `RSA, 3072 bits`. */
  readonly algorithm: string;
  readonly notBeforeEpochMs: number;
  readonly notAfterEpochMs: number;
  /** Subjects of certificates that came with it. */
  readonly chain: readonly string[];
  /** What somebody should know before it is taken; nothing of it refuses it. */
  readonly notes: readonly string[];
}

/** What is no certificate, by what its text says that it is. */
const others: readonly (readonly [pattern: RegExp, what: string, remedy: string])[] = [
  [
    /BEGIN (NEW )?CERTIFICATE REQUEST/,
    "this is a request for a certificate, and none yet",
    "Have your authority sign it, and give what it issues.",
  ],
  [
    /BEGIN X509 CRL/,
    "this is a revocation list, and no certificate",
    "Revocation lists belong into the file that TAPLINE_TRUST names.",
  ],
  [
    /BEGIN (EC |RSA )?PUBLIC KEY/,
    "this is a public key without a certificate",
    "Give the certificate that was issued for it.",
  ],
  [
    /BEGIN (OPENSSH|SSH2|PGP)|^(ssh|ecdsa)-/m,
    "this is a key of SSH or PGP, and no X.509 certificate",
    "Give an X.509 certificate in PEM: P-256 with keyUsage keyAgreement, or RSA of 3072 bits or more with keyEncipherment.",
  ],
];

/**
 * The certificates of a PEM text and nothing else of it.
 * @throws TaplineError `invalid-input` that says what the text is instead: never a part of it
 */
export function certificateText(given: string): string {
  if (/PRIVATE KEY|AGE-SECRET-KEY/i.test(given))
    throw new TaplineError(
      "invalid-input",
      "this holds a private key, of which nothing was kept and nothing logged",
      {
        remedy:
          "Give the certificate alone (-----BEGIN CERTIFICATE-----); where anybody may have seen the private key on its way, issue another.",
      },
    );
  const blocks = pemBlocks(given, "CERTIFICATE");
  if (blocks.length > 0) return `${blocks.join("\n")}\n`;
  for (const [pattern, what, remedy] of others)
    if (pattern.test(given)) throw new TaplineError("invalid-input", what, { remedy });
  throw new TaplineError("invalid-input", "this holds no certificate in PEM", {
    remedy:
      "Give a text with a -----BEGIN CERTIFICATE----- block; `openssl x509 -inform DER -in FILE` makes one of a binary file.",
  });
}

/**
 * Reads what is offered for the ring.
 * @throws TaplineError `invalid-input`, `misconfigured` saying why it cannot be a recipient
 */
export function readOffered(
  given: string,
  role: KeyRole,
  ring: readonly RingKey[],
  nowEpochMs: number,
): OfferedCertificate {
  const text = certificateText(given);
  const [certificate, ...chain] = certificatesIn(text, "what was given");
  if (certificate === undefined) throw new TaplineError("invalid-input", "this holds no certificate in PEM");
  const key = readRingKey(text, role);
  return {
    ...{ subject: certificate.subject, issuer: certificate.issuerName, certSha256: key.certSha256 },
    ...{ ski: key.ski, algorithm: algorithmOf(certificate) },
    ...{ notBeforeEpochMs: certificate.notBeforeEpochMs, notAfterEpochMs: certificate.notAfterEpochMs },
    chain: chain.map(({ subject }) => subject),
    notes: notesOn(certificate, key, ring, nowEpochMs),
  };
}

function algorithmOf({ x509 }: Certificate): string {
  const { asymmetricKeyType, asymmetricKeyDetails } = x509.publicKey;
  return asymmetricKeyType === "rsa" ? `RSA, ${asymmetricKeyDetails?.modulusLength} bits` : "P-256";
}

function notesOn(
  { notBeforeEpochMs, notAfterEpochMs, isAuthority, name, issuerName }: Certificate,
  key: RingKey,
  ring: readonly RingKey[],
  nowEpochMs: number,
): string[] {
  const day = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);
  const same = ring.find(({ ski, certSha256 }) => ski === key.ski && certSha256 !== key.certSha256);
  return [
    ...(nowEpochMs > notAfterEpochMs ? [`It expired on ${day(notAfterEpochMs)}.`] : []),
    ...(nowEpochMs < notBeforeEpochMs ? [`It is valid only from ${day(notBeforeEpochMs)} on.`] : []),
    ...(isAuthority ? ["It is an authority's certificate, which should not receive objects."] : []),
    ...(name === issuerName
      ? ["Nobody but itself vouches for it: workers believe it only where TAPLINE_RECIPIENT_PINS names it."]
      : []),
    ...(same === undefined ? [] : [`It is the same key as ${same.subject}, which is ${same.state}.`]),
  ];
}
