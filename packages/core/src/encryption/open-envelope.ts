import { createDecipheriv, createECDH, createPrivateKey, type KeyObject } from "node:crypto";
import { TaplineError } from "../kernel/index.ts";
import { unwrapKey } from "./key-agreement.ts";
import { aes256Gcm, algorithms, keyAgreementAlgorithm, oids } from "./oids.ts";
import { corrupt, DerReader } from "./read-der.ts";
import { p256Point, type Recipient, readRecipient } from "./recipient.ts";
import { maxEnvelopeBytes, maxRecipients, tagBytes } from "./seal-envelope.ts";
import { contextTag, primitiveContextTag, smallInteger, tags } from "./write-der.ts";

/** A recipient's certificate and private key, PEM. */
export interface RecipientKey {
  readonly certPem: string;
  readonly keyPem: string;
}

interface RecipientInfo {
  /** As it stands in the object, DER. */
  readonly whole: Buffer;
  readonly point: Buffer;
  readonly ski: string;
  readonly wrappedKey: Buffer;
}

/** The parts of an object. */
export interface Envelope {
  readonly infos: readonly RecipientInfo[];
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

const what = "the archive object";
/** Beyond the plain text: headers, and about 250 bytes for each recipient. */
const maxOverheadBytes = 16 * 1024;

/** An object that was opened: its tag was verified. */
export interface Opened {
  readonly plain: Buffer;
  readonly envelope: Envelope;
  /** The key of this one object: 32 bytes; whoever asks for it overwrites it after use. */
  readonly contentKey: Buffer;
}

/**
 * Decrypts what `sealEnvelope` wrote. Nothing is returned before the GCM tag was verified. What was encrypted to
 * other recipients (their wrapped keys) is not covered by that tag: the manifest's digest covers the whole object.
 * @throws TaplineError `corrupt` where any byte that matters was changed; `forbidden` where the object is not
 * encrypted to this certificate; `misconfigured` where key and certificate do not fit
 */
export function openEnvelope(der: Uint8Array, key: RecipientKey): Buffer {
  const { plain, contentKey } = unlockEnvelope(der, key);
  contentKey.fill(0);
  return plain;
}

/** As `openEnvelope`; tells the object's own key and parts, too. */
export function unlockEnvelope(der: Uint8Array, key: RecipientKey): Opened {
  if (der.length > maxEnvelopeBytes + maxOverheadBytes)
    throw corrupt(what, `it is larger than ${maxEnvelopeBytes + maxOverheadBytes} bytes`);
  const { recipient, scalar } = readKey(key);
  const envelope = readEnvelope(der);
  const info = envelope.infos.find(({ ski }) => ski === recipient.ski);
  if (info === undefined)
    throw new TaplineError("forbidden", `the object is not encrypted to ${recipient.subject}`, {
      remedy: `Use the key of one of its recipients: ${envelope.infos.map(({ ski }) => ski).join(", ")}.`,
    });
  const contentKey = unwrap(info, scalar);
  return { plain: decrypt(envelope, contentKey), envelope, contentKey };
}

interface ReadKey {
  readonly recipient: Recipient;
  readonly scalar: Buffer;
}

/** Parsed once for as long as the caller hands in the same object: a restore opens thousands. */
const readKeys = new WeakMap<RecipientKey, ReadKey>();

function readKey(key: RecipientKey): ReadKey {
  const known = readKeys.get(key);
  if (known !== undefined) return known;
  const recipient = readRecipient(key.certPem);
  const read = { recipient, scalar: privateScalar(key.keyPem, recipient.point, recipient.subject) };
  readKeys.set(key, read);
  return read;
}

function privateScalar(keyPem: string, point: Buffer, subject: string): Buffer {
  let key: KeyObject;
  try {
    key = createPrivateKey(keyPem);
  } catch (cause) {
    throw new TaplineError("misconfigured", `the private key of ${subject} is not readable as PEM`, {
      cause,
    });
  }
  const scalar = key.export({ format: "jwk" }).d;
  if (scalar === undefined || !(p256Point(key)?.equals(point) ?? false))
    throw new TaplineError(
      "misconfigured",
      `the private key does not belong to the certificate of ${subject}`,
      {
        remedy: "Give the certificate and the key of the same pair.",
      },
    );
  return Buffer.from(scalar, "base64url");
}

function unwrap(info: RecipientInfo, scalar: Buffer): Buffer {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(scalar);
  try {
    return unwrapKey(info.wrappedKey, ecdh.computeSecret(info.point));
  } catch (cause) {
    throw corrupt(what, "its content key does not unwrap", cause);
  }
}

function decrypt({ nonce, ciphertext, tag }: Envelope, contentKey: Buffer): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", contentKey, nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(tag);
  const plain = decipher.update(ciphertext);
  try {
    decipher.final();
    return plain;
  } catch (cause) {
    plain.fill(0);
    contentKey.fill(0);
    throw corrupt(what, "its authentication tag does not fit its content", cause);
  }
}

function readEnvelope(der: Uint8Array): Envelope {
  const file = new DerReader(der, what);
  const contentInfo = file.inside(tags.sequence);
  file.end();
  contentInfo.expect(oids.authEnvelopedData, "its content type");
  const explicit = contentInfo.inside(contextTag(0));
  contentInfo.end();
  const envelope = explicit.inside(tags.sequence);
  explicit.end();
  envelope.expect(smallInteger(0), "its version");
  const infos = readInfos(envelope.inside(tags.set));
  const content = envelope.inside(tags.sequence);
  const tag = envelope.contents(tags.octetString);
  envelope.end();
  if (tag.length !== tagBytes) throw envelope.fail("its tag is not 16 bytes long");
  content.expect(oids.data, "its inner content type");
  const nonce = readGcmAlgorithm(content.inside(tags.sequence));
  const ciphertext = content.contents(primitiveContextTag(0));
  content.end();
  return { infos, nonce, ciphertext, tag };
}

function readGcmAlgorithm(algorithm: DerReader): Buffer {
  algorithm.expect(aes256Gcm, "its content cipher");
  const parameters = algorithm.inside(tags.sequence);
  algorithm.end();
  const nonce = parameters.contents(tags.octetString);
  parameters.expect(smallInteger(tagBytes), "its tag length");
  parameters.end();
  if (nonce.length !== 12) throw parameters.fail("its nonce is not 12 bytes long");
  return nonce;
}

function readInfos(set: DerReader): RecipientInfo[] {
  const infos: RecipientInfo[] = [];
  let previous: Buffer | null = null;
  while (!set.done) {
    const whole = set.whole(contextTag(1));
    if (previous !== null && Buffer.compare(previous, whole) >= 0)
      throw set.fail("its recipients are out of order");
    previous = whole;
    infos.push(readInfo(whole));
    if (infos.length > maxRecipients) throw set.fail(`it has more than ${maxRecipients} recipients`);
  }
  return infos;
}

function readInfo(whole: Buffer): RecipientInfo {
  const info = new DerReader(whole, what).inside(contextTag(1));
  info.expect(smallInteger(3), "a recipient's version");
  const originator = info.inside(contextTag(0));
  const originatorKey = originator.inside(contextTag(1));
  originator.end();
  originatorKey.expect(algorithms.ecPublicKey, "a recipient's key type");
  const bits = originatorKey.contents(tags.bitString);
  originatorKey.end();
  if (bits.length !== 66 || bits[0] !== 0 || bits[1] !== 4)
    throw info.fail("an ephemeral key is not an uncompressed P-256 point");
  info.expect(keyAgreementAlgorithm, "a recipient's key agreement");
  const keys = info.inside(tags.sequence);
  info.end();
  const key = keys.inside(tags.sequence);
  keys.end();
  const rid = key.inside(contextTag(0));
  const ski = rid.contents(tags.octetString).toString("hex");
  rid.end();
  const wrappedKey = key.contents(tags.octetString);
  key.end();
  if (wrappedKey.length !== 40) throw info.fail("a wrapped key is not 40 bytes long");
  return { whole, point: bits.subarray(1), ski, wrappedKey };
}
