import { createCipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";
import type { PushSubscription } from "./push-subscription.ts";

/** Push services must take 4,096 bytes (RFC 8030 §7.2): 86 of head, 17 of delimiter and tag are not text. */
export const maxPushText = 4_096 - 86 - 17;

const recordSize = 4_096;

/** What is made anew for each message: 32 and 16 bytes. */
type Once = { readonly privateKey: Uint8Array; readonly salt: Uint8Array };

/**
 * Seals a message so that one browser alone can read it, and no push service (RFC 8291, `aes128gcm` of RFC 8188), in one record.
 * @param text at most `maxPushText` bytes
 * @param once for test vectors alone
 */
export function sealPush(text: Uint8Array, { keys }: PushSubscription, once: Once = fresh()): Buffer {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(once.privateKey);
  const [browserKey, ourKey] = [Buffer.from(keys.p256dh, "base64url"), ecdh.getPublicKey()];
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), browserKey, ourKey]);
  const shared = ecdh.computeSecret(browserKey);
  const secret = derive(shared, Buffer.from(keys.auth, "base64url"), info, 32);
  const key = derive(secret, once.salt, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
  const nonce = derive(secret, once.salt, Buffer.from("Content-Encoding: nonce\0"), 12);
  const cipher = createCipheriv("aes-128-gcm", key, nonce);
  // 0x02 ends the last record.
  const sealed = [cipher.update(text), cipher.update(Uint8Array.of(2)), cipher.final(), cipher.getAuthTag()];
  const head = Buffer.alloc(5);
  head.writeUInt32BE(recordSize);
  head.writeUInt8(ourKey.length, 4);
  return Buffer.concat([once.salt, head, ourKey, ...sealed]);
}

function derive(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, salt, info, length));
}

function fresh(): Once {
  const ecdh = createECDH("prime256v1");
  ecdh.generateKeys();
  return { privateKey: ecdh.getPrivateKey(), salt: randomBytes(16) };
}
