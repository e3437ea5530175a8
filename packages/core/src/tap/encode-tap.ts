import { type KeyObject, sign } from "node:crypto";
import { sha256, TaplineError } from "../kernel/index.ts";
import { encodeSign1, kidBytes, toBeSigned } from "./cose.ts";
import type { TapSignature } from "./decode-tap.ts";
import { encodeNdef } from "./ndef.ts";
import { encodeTap1, flatten, type ScannedTap, type Tap } from "./tap1.ts";

/** The NDEF message of an unsigned tap. @throws invalid-input where a bound of the format is broken */
export function encodeTap(tap: Tap): Buffer {
  return packetOf(flatten(tap), null);
}

/**
 * The NDEF message of a signed tap.
 * @param key.kid key id, 16 hexadecimal digits
 * @param key.privateKey Ed25519 (RFC 8032)
 * @throws invalid-input where a bound of the format is broken or the key is of another kind
 */
export function signTap(tap: Tap, key: { kid: string; privateKey: KeyObject }): Buffer {
  if (key.privateKey.asymmetricKeyType !== "ed25519")
    throw new TaplineError("invalid-input", "a tap is signed with an Ed25519 key");
  if (!/^[0-9a-f]{16}$/.test(key.kid))
    throw new TaplineError("invalid-input", "a tap's kid is 16 hexadecimal digits");
  const flat = flatten(tap);
  const signature = sign(null, toBeSigned(encodeTap1(flat)), key.privateKey);
  return packetOf(flat, { kid: key.kid, signature });
}

/**
 * The NDEF message of a tap whose signature, if it has one, is there already; whether it fits is not looked at.
 * @throws invalid-input where a bound of the format is broken
 */
export function packetOf(tap: ScannedTap, signature: Pick<TapSignature, "kid" | "signature"> | null): Buffer {
  const payload = encodeTap1(tap);
  if (signature === null) return encodeNdef(payload);
  const kid = Buffer.from(signature.kid, "hex");
  return encodeNdef(encodeSign1({ kid, payload, signature: signature.signature }));
}

/** The key id of a raw Ed25519 public key (32 bytes): the first 8 bytes of its SHA-256, in hexadecimal. */
export function kidOf(publicKey32: Uint8Array): string {
  if (publicKey32.length !== 32)
    throw new TaplineError("invalid-input", `an Ed25519 public key has 32 bytes, not ${publicKey32.length}`);
  return sha256(publicKey32).toString("hex", 0, kidBytes);
}
