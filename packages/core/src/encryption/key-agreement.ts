import { type Cipheriv, createCipheriv, createDecipheriv, createHash, type Decipheriv } from "node:crypto";
import { algorithms } from "./oids.ts";
import { contextTag, encode, octetString, sequence } from "./write-der.ts";

/** Hashes of the key derivation: ours is SHA-256; the reader takes the others, too. */
export type KdfHash = "sha1" | "sha256" | "sha384" | "sha512";

const wrappingKeyBytes = 32;
/** ECC-CMS-SharedInfo (RFC 5753 §7.2): the wrap algorithm and the length of its key, 256 bits. */
const sharedInfo = sequence(
  algorithms.aes256Wrap,
  encode(contextTag(2), octetString(Buffer.from([0, 0, 1, 0]))),
);
/** The initial value of AES key wrap (RFC 3394 §2.2.3.1). */
const wrapIv = Buffer.alloc(8, 0xa6);

/** X9.63 key derivation (SEC 1 §3.6.1): rounds of the hash until there are 32 bytes. */
function keyEncryptionKey(sharedSecret: Buffer, hash: KdfHash): Buffer {
  const rounds: Buffer[] = [];
  for (let bytes = 0; bytes < wrappingKeyBytes; bytes += rounds.at(-1)?.length ?? 0) {
    const counter = Buffer.from([0, 0, 0, rounds.length + 1]);
    rounds.push(createHash(hash).update(sharedSecret).update(counter).update(sharedInfo).digest());
  }
  return Buffer.concat(rounds).subarray(0, wrappingKeyBytes);
}

function run(cipher: Cipheriv | Decipheriv, input: Uint8Array): Buffer {
  return Buffer.concat([cipher.update(input), cipher.final()]);
}

/** Wraps a content key of 32 bytes (RFC 3394), its wrapping key derived with SHA-256: 40 bytes. */
export function wrapKey(contentKey: Uint8Array, sharedSecret: Buffer): Buffer {
  const wrappingKey = keyEncryptionKey(sharedSecret, "sha256");
  return run(createCipheriv("id-aes256-wrap", wrappingKey, wrapIv), contentKey);
}

/** Throws where the wrapped key, or the secret, is not the one that was used. */
export function unwrapKey(wrapped: Uint8Array, sharedSecret: Buffer, hash: KdfHash): Buffer {
  return run(createDecipheriv("id-aes256-wrap", keyEncryptionKey(sharedSecret, hash), wrapIv), wrapped);
}
