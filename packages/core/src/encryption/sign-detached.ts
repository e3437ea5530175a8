import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import { sha256, TaplineError } from "../kernel/index.ts";
import { type Certificate, certificatesIn, keyUsage } from "./certificate.ts";
import { algorithms, oids } from "./oids.ts";
import { p256Point } from "./recipient.ts";
import {
  contextTag,
  encode,
  octetString,
  primitiveContextTag,
  sequence,
  setOf,
  smallInteger,
  tags,
} from "./write-der.ts";

/** Who signs: a P-256 certificate with digitalSignature, its key, and the authorities between it and the root. */
export interface Signer {
  readonly certPem: string;
  readonly keyPem: string;
  readonly chainPem: readonly string[];
}

interface ReadSigner {
  readonly key: KeyObject;
  readonly ski: Buffer;
  readonly certificates: readonly Buffer[];
}

const readSigners = new WeakMap<Signer, ReadSigner>();

/**
 * A detached signature over `content`: CMS SignedData (RFC 5652) in DER, ECDSA P-256 with SHA-256, signed
 * attributes contentType, messageDigest and signingTime, the signer's chain included; `treeHead` is a further one.
 * `openssl cms -verify -binary -inform DER -content …` verifies it.
 * @param signedAtEpochMs goes into signingTime, whole seconds
 * @param treeHead of a Merkle tree that `content` names, so that who has the signature alone can check what is in the tree
 * @throws TaplineError `misconfigured` where the signer's certificate or key cannot sign
 */
export function signDetached(
  content: Uint8Array,
  signer: Signer,
  signedAtEpochMs: number,
  treeHead: Buffer | null = null,
): Buffer {
  const { key, ski, certificates } = readSigner(signer);
  const attributes = signedAttributes({ digest: sha256(content), signedAtEpochMs, treeHead });
  const signature = sign("sha256", setOf(tags.set, attributes), key);
  const signerInfo = sequence(
    smallInteger(3),
    encode(primitiveContextTag(0), ski),
    algorithms.sha256,
    setOf(contextTag(0), attributes),
    algorithms.ecdsaWithSha256,
    octetString(signature),
  );
  const signedData = sequence(
    smallInteger(3),
    setOf(tags.set, [algorithms.sha256]),
    sequence(oids.data),
    setOf(contextTag(0), certificates),
    setOf(tags.set, [signerInfo]),
  );
  return sequence(oids.signedData, encode(contextTag(0), signedData));
}

/** What a signature says by itself. */
export interface SignedFacts {
  /** SHA-256 of the content. */
  readonly digest: Buffer;
  /** ms since 1970; kept in whole seconds. */
  readonly signedAtEpochMs: number;
  /** Size (8 bytes, big-endian) and root (32 bytes) of a Merkle tree. */
  readonly treeHead: Buffer | null;
}

/** The signed attributes (RFC 5652 §11), each in DER. */
export function signedAttributes({ digest, signedAtEpochMs, treeHead }: SignedFacts): Buffer[] {
  const attribute = (type: Buffer, value: Buffer) => sequence(type, encode(tags.set, value));
  return [
    attribute(oids.contentType, oids.data),
    attribute(oids.messageDigest, octetString(digest)),
    attribute(oids.signingTime, time(signedAtEpochMs)),
    ...(treeHead === null ? [] : [attribute(oids.treeHead, octetString(treeHead))]),
  ];
}

/** UTCTime until 2049, GeneralizedTime from then on (RFC 5652 §11.3). */
function time(epochMs: number): Buffer {
  const digits = new Date(epochMs).toISOString().replace(/[-:T]|\..*$/g, "");
  if (Number(digits.slice(0, 4)) >= 2050) return encode(tags.generalizedTime, Buffer.from(`${digits}Z`));
  return encode(tags.utcTime, Buffer.from(`${digits.slice(2)}Z`));
}

function readSigner(signer: Signer): ReadSigner {
  const known = readSigners.get(signer);
  if (known !== undefined) return known;
  const [certificate, ...rest] = certificatesIn(signer.certPem, "the signer");
  const chain = signer.chainPem.flatMap((pem) => certificatesIn(pem, "the signer's chain"));
  if (certificate === undefined) throw unfit("the signer", "its file holds no certificate");
  const all = [certificate, ...rest, ...chain].map(({ der }) => der);
  const certificates = all.filter((der, index) => all.findIndex((other) => other.equals(der)) === index);
  const read = { ...readKey(certificate, signer.keyPem), certificates };
  readSigners.set(signer, read);
  return read;
}

function readKey(certificate: Certificate, keyPem: string): { key: KeyObject; ski: Buffer } {
  const { subject, ski } = certificate;
  let key: KeyObject;
  try {
    key = createPrivateKey(keyPem);
  } catch (cause) {
    throw unfit(subject, "its private key is not readable as PEM", cause);
  }
  const point = p256Point(certificate.x509.publicKey);
  if (point === null) throw unfit(subject, "its key is not on the curve P-256");
  if (!certificate.allows(keyUsage.digitalSignature))
    throw unfit(subject, "its keyUsage lacks digitalSignature");
  if (!certificate.mayVouch) throw unfit(subject, "its extendedKeyUsage lacks emailProtection");
  if (ski === null) throw unfit(subject, "it has no SubjectKeyIdentifier");
  if (!(p256Point(key)?.equals(point) ?? false)) throw unfit(subject, "the private key is not its own");
  return { key, ski: Buffer.from(ski, "hex") };
}

function unfit(subject: string, why: string, cause?: unknown): TaplineError {
  return new TaplineError("misconfigured", `${subject} cannot sign manifests: ${why}`, {
    remedy: "Check TAPLINE_SIGNER_CERT, TAPLINE_SIGNER_KEY and TAPLINE_SIGNER_CHAIN.",
    ...(cause === undefined ? {} : { cause }),
  });
}
