import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from "node:crypto";
import type { PushSubscription } from "./push-subscription.ts";

type Sealed = { readonly privateKey: Uint8Array; readonly subscription: PushSubscription };

/** A browser's side of a subscription at an endpoint. For tests. */
export function browserAt(endpoint: string): Sealed {
  const ecdh = createECDH("prime256v1");
  ecdh.generateKeys();
  const keys = { p256dh: ecdh.getPublicKey("base64url"), auth: randomBytes(16).toString("base64url") };
  return { privateKey: ecdh.getPrivateKey(), subscription: { endpoint, keys } };
}

/** Opens a message as a browser does (RFC 8291 §3.4, RFC 8188 §2), written apart from what seals it. For tests. */
export function openPush(message: Buffer, { privateKey, subscription: { keys } }: Sealed): string {
  const salt = message.subarray(0, 16);
  const keyLength = message.readUInt8(20);
  const theirKey = message.subarray(21, 21 + keyLength);
  const record = message.subarray(21 + keyLength);
  if (record.length > message.readUInt32BE(16)) throw new Error("more than one record");
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(privateKey);
  const keyInfo = Buffer.from(`WebPush: info\0`, "latin1");
  const info = Buffer.concat([keyInfo, Buffer.from(keys.p256dh, "base64url"), theirKey]);
  const hkdf = (secret: Uint8Array, salted: Uint8Array, about: string | Buffer, length: number) =>
    Buffer.from(hkdfSync("sha256", secret, salted, about, length));
  const secret = hkdf(ecdh.computeSecret(theirKey), Buffer.from(keys.auth, "base64url"), info, 32);
  const key = hkdf(secret, salt, "Content-Encoding: aes128gcm\0", 16);
  const decipher = createDecipheriv("aes-128-gcm", key, hkdf(secret, salt, "Content-Encoding: nonce\0", 12));
  decipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  const end = padded.findLastIndex((byte) => byte !== 0);
  if (padded[end] !== 2) throw new Error("the record is not the last one");
  return padded.subarray(0, end).toString("utf8");
}

/** Claims of a VAPID header whose signature the key beside it verifies (RFC 8292 §3). For tests. */
export function vapidClaims(header: string): { readonly key: string; readonly claims: unknown } {
  const [, head = "", body = "", signature = "", key = ""] =
    /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(header) ?? [];
  const point = Buffer.from(key, "base64url");
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString("base64url"));
  const publicKey = createPublicKey({
    key: { kty: "EC", crv: "P-256", x: x ?? "", y: y ?? "" },
    format: "jwk",
  });
  const isTheirs = verify(
    "sha256",
    Buffer.from(`${head}.${body}`),
    { key: publicKey, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  const decoded = [head, body].map((part) => JSON.parse(Buffer.from(part, "base64url").toString("utf8")));
  if (!isTheirs || decoded[0]?.alg !== "ES256") throw new Error(`this is no VAPID header: ${header}`);
  return { key, claims: decoded[1] };
}
