import { type Cipheriv, createCipheriv, createDecipheriv, type Decipheriv } from "node:crypto";
import { sha256 } from "../kernel/index.ts";
import { algorithms } from "./oids.ts";
import { contextTag, encode, octetString, sequence } from "./write-der.ts";

const counterOne = Buffer.from([0, 0, 0, 1]);
/** ECC-CMS-SharedInfo (RFC 5753 §7.2): the wrap algorithm and the length of its key, 256 bits. */
const sharedInfo = sequence(
  algorithms.aes256Wrap,
  encode(contextTag(2), octetString(Buffer.from([0, 0, 1, 0]))),
);
/** The initial value of AES key wrap (RFC 3394 §2.2.3.1). */
const wrapIv = Buffer.alloc(8, 0xa6);

/** X9.63 key derivation (SEC 1 §3.6.1) with SHA-256: one round gives the 32 bytes needed. */
function keyEncryptionKey(sharedSecret: Buffer): Buffer {
  return sha256(sharedSecret, counterOne, sharedInfo);
}

function run(cipher: Cipheriv | Decipheriv, input: Uint8Array): Buffer {
  return Buffer.concat([cipher.update(input), cipher.final()]);
}

/** Wraps a content key of 32 bytes (RFC 3394): 40 bytes. */
export function wrapKey(contentKey: Uint8Array, sharedSecret: Buffer): Buffer {
  return run(createCipheriv("id-aes256-wrap", keyEncryptionKey(sharedSecret), wrapIv), contentKey);
}

/** Throws where the wrapped key, or the secret, is not the one that was used. */
export function unwrapKey(wrapped: Uint8Array, sharedSecret: Buffer): Buffer {
  return run(createDecipheriv("id-aes256-wrap", keyEncryptionKey(sharedSecret), wrapIv), wrapped);
}
