import { createCipheriv, createDecipheriv } from "node:crypto";
import { type RandomBytes, TaplineError } from "../../kernel/index.ts";
import { corrupt } from "../read-der.ts";

const nonceBytes = 12;
const tagBytes = 16;

/**
 * Encrypts what a process keeps for itself (AES-256-GCM, NIST SP 800-38D): nonce (12) · ciphertext · tag (16).
 * @param key 32 bytes
 * @throws TaplineError `misconfigured` where the key has another length
 */
export function sealWithProcessKey(plain: Uint8Array, key: Uint8Array, randomBytes: RandomBytes): Buffer {
  checkProcessKey(key);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what `sealWithProcessKey` wrote. @throws TaplineError `corrupt` on any change or another key */
export function openWithProcessKey(sealed: Uint8Array, key: Uint8Array): Buffer {
  checkProcessKey(key);
  if (sealed.length < nonceBytes + tagBytes) throw corrupt("the sealed value", "it is too short");
  const nonce = sealed.subarray(0, nonceBytes);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  const plain = decipher.update(sealed.subarray(nonceBytes, -tagBytes));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch (cause) {
    throw corrupt("the sealed value", "its tag does not fit it, or the process key is another", cause);
  }
}

/** @throws TaplineError `misconfigured` where the key has not 32 bytes */
export function checkProcessKey(key: Uint8Array): void {
  if (key.length !== 32)
    throw new TaplineError("misconfigured", `the process key has ${key.length} bytes, not 32`, {
      remedy: "Put 64 hexadecimal digits into the file that TAPLINE_PROCESS_KEY names.",
    });
}
