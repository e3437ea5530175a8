import { type KeyObject, sign } from "node:crypto";
import { sha256, TaplineError } from "../kernel/index.ts";
import { encodeSign1, kidBytes, toBeSigned } from "./cose.ts";
import type { TapSignature } from "./decode-tap.ts";
import { encodeNdef } from "./ndef.ts";
import { encodeTap1, type Tap } from "./tap1.ts";

/** The NDEF message of an unsigned tap. @throws invalid-input where a bound of the format is broken */
export function encodeTap(tap: Tap): Buffer {
  return encodeNdef(encodeTap1(tap));
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
  const signature = sign(null, toBeSigned(encodeTap1(tap)), key.privateKey);
  return sealTap(tap, { kid: key.kid, signature });
}

/**
 * The NDEF message of a tap whose signature is there already; whether it fits is not looked at.
 * @throws invalid-input where a bound of the format is broken
 */
export function sealTap(tap: Tap, { kid, signature }: Pick<TapSignature, "kid" | "signature">): Buffer {
  return encodeNdef(encodeSign1({ kid: Buffer.from(kid, "hex"), payload: encodeTap1(tap), signature }));
}

/** The key id of a raw Ed25519 public key (32 bytes): the first 8 bytes of its SHA-256, in hexadecimal. */
export function kidOf(publicKey32: Uint8Array): string {
  if (publicKey32.length !== 32)
    throw new TaplineError("invalid-input", `an Ed25519 public key has 32 bytes, not ${publicKey32.length}`);
  return sha256(publicKey32).toString("hex", 0, kidBytes);
}
