import { createCipheriv, createECDH, randomBytes as secureRandomBytes } from "node:crypto";
import { type RandomBytes, TaplineError } from "../kernel/index.ts";
import { wrapKey } from "./key-agreement.ts";
import { aes256Gcm, algorithms, keyAgreementAlgorithm, oids } from "./oids.ts";
import type { Recipient } from "./recipient.ts";
import {
  bitString,
  contextTag,
  encode,
  header,
  octetString,
  primitiveContextTag,
  sequence,
  setOf,
  smallInteger,
  tags,
} from "./write-der.ts";

/** Largest plain text of one object, bytes: `openssl cms -decrypt` holds about 2.4 times the object in memory. */
export const maxEnvelopeBytes = 64 * 1024 * 1024;
/** Most recipients of one object. */
export const maxRecipients = 16;
/** Length of the GCM tag, bytes (RFC 5084 §3.2 aes-ICVlen). */
export const tagBytes = 16;
/** What stands behind the cipher text: the tag as an OCTET STRING, bytes. */
export const trailerBytes = tagBytes + 2;

/**
 * Encrypts `plain` to every recipient: CMS AuthEnvelopedData (RFC 5083) in DER, content AES-256-GCM (RFC 5084),
 * one KeyAgreeRecipientInfo per recipient (RFC 5753: ephemeral P-256, X9.63 KDF with SHA-256, AES-256 key wrap).
 * `openssl cms -decrypt` opens it with any one recipient's key.
 * @throws TaplineError `invalid-input` where there is no recipient, too many, or too much to encrypt
 */
export function sealEnvelope(
  plain: Uint8Array,
  recipients: readonly Recipient[],
  randomBytes: RandomBytes = secureRandomBytes,
): Buffer {
  if (recipients.length === 0 || recipients.length > maxRecipients)
    throw new TaplineError("invalid-input", `an object needs 1 to ${maxRecipients} recipients`);
  if (plain.length > maxEnvelopeBytes)
    throw new TaplineError("invalid-input", `an object holds at most ${maxEnvelopeBytes} bytes`);
  const contentKey = randomBytes(32);
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", contentKey, nonce, { authTagLength: tagBytes });
  const ciphertext = cipher.update(plain);
  cipher.final();
  const infos = recipients.map((recipient) => recipientInfo(recipient, contentKey));
  contentKey.fill(0);
  const head = envelopeHead(infos, nonce, ciphertext.length);
  return Buffer.concat([head, ciphertext, octetString(cipher.getAuthTag())]);
}

/** AlgorithmIdentifier of AES-256-GCM with its nonce of 12 bytes. */
function gcmAlgorithm(nonce: Uint8Array): Buffer {
  return sequence(aes256Gcm, sequence(octetString(nonce), smallInteger(tagBytes)));
}

/** The content key for one recipient: KeyAgreeRecipientInfo (RFC 5753 §3.1.1) in DER, with a fresh ephemeral key. */
export function recipientInfo(recipient: Recipient, contentKey: Buffer): Buffer {
  const ephemeral = createECDH("prime256v1");
  const point = ephemeral.generateKeys();
  const secret = ephemeral.computeSecret(recipient.point);
  const originatorKey = encode(contextTag(1), algorithms.ecPublicKey, bitString(point));
  const keyId = encode(contextTag(0), octetString(Buffer.from(recipient.ski, "hex")));
  return encode(
    contextTag(1),
    smallInteger(3),
    encode(contextTag(0), originatorKey),
    keyAgreementAlgorithm,
    sequence(sequence(keyId, octetString(wrapKey(contentKey, secret)))),
  );
}

/**
 * Everything of an object that stands before its cipher text, all lengths known; behind the cipher text comes the tag.
 * @param infos one for each recipient (`recipientInfo`)
 */
export function envelopeHead(infos: readonly Buffer[], nonce: Uint8Array, ciphertextBytes: number): Buffer {
  const contentHeader = header(primitiveContextTag(0), ciphertextBytes);
  const info = Buffer.concat([oids.data, gcmAlgorithm(nonce), contentHeader]);
  const infoHeader = header(tags.sequence, info.length + ciphertextBytes);
  const inner = Buffer.concat([smallInteger(0), setOf(tags.set, infos), infoHeader, info]);
  const innerLength = inner.length + ciphertextBytes + trailerBytes;
  const innerHeader = header(tags.sequence, innerLength);
  const explicit = header(contextTag(0), innerHeader.length + innerLength);
  const outerLength = oids.authEnvelopedData.length + explicit.length + innerHeader.length + innerLength;
  return Buffer.concat([
    header(tags.sequence, outerLength),
    oids.authEnvelopedData,
    explicit,
    innerHeader,
    inner,
  ]);
}
