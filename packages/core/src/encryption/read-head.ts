import type { KdfHash } from "./key-agreement.ts";
import { aes256Gcm, algorithms, keyAgreementAlgorithms, oaepAlgorithms, oids } from "./oids.ts";
import { corrupt, DerReader } from "./read-der.ts";
import type { Recipient } from "./recipient.ts";
import { maxEnvelopeBytes, maxRecipients, tagBytes, trailerBytes } from "./seal-envelope.ts";
import { contextTag, primitiveContextTag, sequence, smallInteger, tags } from "./write-der.ts";

export type OaepHash = keyof typeof oaepAlgorithms;

/** How the content key reaches one recipient. */
export type KeyPath =
  | { readonly kind: "p256"; readonly point: Buffer; readonly hash: KdfHash; readonly wrappedKey: Buffer }
  | { readonly kind: "rsa"; readonly hash: OaepHash; readonly encryptedKey: Buffer };

export interface RecipientInfo {
  /** As it stands in the object, DER. */
  readonly whole: Buffer;
  /** By which of its certificate's facts the recipient is named: hexadecimal, or DER. */
  readonly name: { readonly ski: string } | { readonly issuerAndSerial: Buffer };
  readonly path: KeyPath;
}

/** What stands in an object before its cipher text. */
export interface EnvelopeHead {
  readonly infos: readonly RecipientInfo[];
  readonly nonce: Buffer;
  /** Where the cipher text begins, and how long it is. */
  readonly headBytes: number;
  readonly ciphertextBytes: number;
}

/** The object's name in errors. */
export const objectWord = "the archive object";
/** Longest head: 16 recipients, each with a key of up to 8192 bits and a long name. */
export const maxHeadBytes = 32 * 1024;

const hashes = ["sha256", "sha1", "sha384", "sha512"] as const;

/**
 * Reads the head of an object: what `sealEnvelope` writes, and what `openssl cms -encrypt -aes-256-gcm` writes without
 * `-stream`: strict DER, content AES-256-GCM with nonce of 12 and tag of 16 bytes, no attributes; recipients P-256 (KDF with
 * SHA-1 or SHA-2, AES-256 key wrap) or RSAES-OAEP (one hash for label and MGF1), named by key identifier or by issuer and serial.
 * @param start its first bytes: `maxHeadBytes` of them, or all
 * @throws TaplineError `corrupt` for any other form
 */
export function readHead(start: Uint8Array, objectBytes: number): EnvelopeHead {
  if (objectBytes > maxEnvelopeBytes + maxHeadBytes)
    throw corrupt(objectWord, `it is larger than ${maxEnvelopeBytes + maxHeadBytes} bytes`);
  const file = new DerReader(start, objectWord, objectBytes);
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
  if (envelope.leftBytes !== trailerBytes) throw envelope.fail("its tag is not 16 bytes long");
  content.expect(oids.data, "its inner content type");
  const nonce = readGcmAlgorithm(content.inside(tags.sequence));
  const ciphertextBytes = content.pass(primitiveContextTag(0));
  content.end();
  return { infos, nonce, ciphertextBytes, headBytes: objectBytes - ciphertextBytes - trailerBytes };
}

/** The tag in an object's last `trailerBytes` bytes. @throws TaplineError `corrupt` */
export function readTrailer(trailer: Uint8Array): Buffer {
  const reader = new DerReader(trailer, objectWord);
  const tag = reader.contents(tags.octetString);
  reader.end();
  return tag;
}

/** True where `info` is for this recipient. */
export function isFor({ name }: RecipientInfo, recipient: Recipient): boolean {
  return "ski" in name ? name.ski === recipient.ski : name.issuerAndSerial.equals(recipient.issuerAndSerial);
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
    const isAgreed = set.peek() === contextTag(1);
    const whole = set.whole(isAgreed ? contextTag(1) : tags.sequence);
    if (previous !== null && Buffer.compare(previous, whole) >= 0)
      throw set.fail("its recipients are out of order");
    previous = whole;
    infos.push(isAgreed ? readAgreed(whole) : readTransported(whole));
    if (infos.length > maxRecipients) throw set.fail(`it has more than ${maxRecipients} recipients`);
  }
  return infos;
}

function readAgreed(whole: Buffer): RecipientInfo {
  const info = new DerReader(whole, objectWord).inside(contextTag(1));
  info.expect(smallInteger(3), "a recipient's version");
  const originator = info.inside(contextTag(0));
  const originatorKey = originator.inside(contextTag(1));
  originator.end();
  originatorKey.expect(algorithms.ecPublicKey, "a recipient's key type");
  const bits = originatorKey.contents(tags.bitString);
  originatorKey.end();
  if (bits.length !== 66 || bits[0] !== 0 || bits[1] !== 4)
    throw info.fail("an ephemeral key is not an uncompressed P-256 point");
  const hash = readHash(info, keyAgreementAlgorithms, "a recipient's key agreement");
  const keys = info.inside(tags.sequence);
  info.end();
  const key = keys.inside(tags.sequence);
  keys.end();
  const name = key.peek() === tags.sequence ? readIssuerAndSerial(key) : readKeyId(key);
  const wrappedKey = key.contents(tags.octetString);
  key.end();
  if (wrappedKey.length !== 40) throw info.fail("a wrapped key is not 40 bytes long");
  return { whole, name, path: { kind: "p256", point: bits.subarray(1), hash, wrappedKey } };
}

function readTransported(whole: Buffer): RecipientInfo {
  const info = new DerReader(whole, objectWord).inside(tags.sequence);
  const byKeyId = info.oneOf([smallInteger(0), smallInteger(2)], "a recipient's version") === 1;
  const name = byKeyId
    ? { ski: info.contents(primitiveContextTag(0)).toString("hex") }
    : readIssuerAndSerial(info);
  const hash = readHash(info, oaepAlgorithms, "a recipient's key transport");
  const encryptedKey = info.contents(tags.octetString);
  info.end();
  return { whole, name, path: { kind: "rsa", hash, encryptedKey } };
}

function readHash(
  info: DerReader,
  algorithmOf: Readonly<Record<(typeof hashes)[number], Buffer>>,
  name: string,
): (typeof hashes)[number] {
  const options = hashes.map((hash) => algorithmOf[hash]);
  return hashes[info.oneOf(options, name)] ?? "sha256";
}

function readKeyId(key: DerReader): { ski: string } {
  const rid = key.inside(contextTag(0));
  const ski = rid.contents(tags.octetString).toString("hex");
  rid.end();
  return { ski };
}

function readIssuerAndSerial(reader: DerReader): { issuerAndSerial: Buffer } {
  return { issuerAndSerial: sequence(reader.contents(tags.sequence)) };
}
