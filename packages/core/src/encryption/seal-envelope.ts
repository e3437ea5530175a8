import { type CipherGCM, createCipheriv, createHash, randomBytes as secureRandomBytes } from "node:crypto";
import { type RandomBytes, TaplineError } from "../kernel/index.ts";
import { aes256Gcm, oids } from "./oids.ts";
import type { Recipient } from "./recipient.ts";
import { recipientInfo } from "./recipient-info.ts";
import {
  contextTag,
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

/** Bytes that are encrypted in one call: a larger result costs more for its fresh memory than for the cipher. */
const pieceBytes = 256 * 1024;

/** A sealed object, and the SHA-256 of all of it, hexadecimal. */
export interface SealedObject {
  readonly object: Buffer;
  readonly objectSha256: string;
}

/**
 * Encrypts `plain` to every recipient: CMS AuthEnvelopedData (RFC 5083) in DER, content AES-256-GCM (RFC 5084),
 * one KeyAgreeRecipientInfo per P-256 recipient (RFC 5753: ephemeral key, X9.63 KDF with SHA-256, AES-256 key wrap),
 * one KeyTransRecipientInfo per RSA recipient (RSAES-OAEP with SHA-256).
 * `openssl cms -decrypt` opens it with any one recipient's key.
 * @throws TaplineError `invalid-input` where there is no recipient, too many, or too much to encrypt
 */
export function sealEnvelope(
  plain: Uint8Array,
  recipients: readonly Recipient[],
  randomBytes: RandomBytes = secureRandomBytes,
): SealedObject {
  const writer = new EnvelopeWriter(plain.length, recipients, randomBytes);
  const object = Buffer.allocUnsafeSlow(writer.objectBytes);
  const digest = createHash("sha256");
  let at = 0;
  // Hashed and copied piece by piece, while the piece is still in the processor's cache.
  const lay = (part: Uint8Array): void => {
    digest.update(part);
    object.set(part, at);
    at += part.length;
  };
  lay(writer.head);
  for (const piece of piecesOf(plain)) lay(writer.update(piece));
  lay(writer.end());
  return { object, objectSha256: digest.digest("hex") };
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
}

/**
 * Writes one object as it comes, in memory that does not grow with it: `head`, what each `update` returns, and what
 * `end` returns are the object, in this order. The length is told beforehand, since DER has it in front.
 */
export class EnvelopeWriter {
  readonly head: Buffer;
  readonly objectBytes: number;
  readonly #cipher: CipherGCM;
  #leftBytes: number;

  /** @throws TaplineError `invalid-input` where there is no recipient, too many, or too much to encrypt */
  constructor(
    plainBytes: number,
    recipients: readonly Recipient[],
    randomBytes: RandomBytes = secureRandomBytes,
  ) {
    if (recipients.length === 0 || recipients.length > maxRecipients)
      throw new TaplineError("invalid-input", `an object needs 1 to ${maxRecipients} recipients`);
    if (plainBytes > maxEnvelopeBytes)
      throw new TaplineError("invalid-input", `an object holds at most ${maxEnvelopeBytes} bytes`);
    const contentKey = randomBytes(32);
    const nonce = randomBytes(12);
    this.#cipher = createCipheriv("aes-256-gcm", contentKey, nonce, { authTagLength: tagBytes });
    const infos = recipients.map((recipient) => recipientInfo(recipient, contentKey));
    contentKey.fill(0);
    this.head = envelopeHead(infos, nonce, plainBytes);
    this.objectBytes = this.head.length + plainBytes + trailerBytes;
    this.#leftBytes = plainBytes;
  }

  /** @throws TaplineError `invalid-input` where more comes than was told */
  update(plain: Uint8Array): Buffer {
    this.#leftBytes -= plain.length;
    if (this.#leftBytes < 0) throw new TaplineError("invalid-input", "more comes to encrypt than was told");
    return this.#cipher.update(plain);
  }

  /** @throws TaplineError `invalid-input` where less came than was told */
  end(): Buffer {
    if (this.#leftBytes !== 0)
      throw new TaplineError("invalid-input", `${this.#leftBytes} bytes less came to encrypt than were told`);
    this.#cipher.final();
    return octetString(this.#cipher.getAuthTag());
  }
}

/** AlgorithmIdentifier of AES-256-GCM with its nonce of 12 bytes. */
function gcmAlgorithm(nonce: Uint8Array): Buffer {
  return sequence(aes256Gcm, sequence(octetString(nonce), smallInteger(tagBytes)));
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
