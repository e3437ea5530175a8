import { X509Certificate } from "node:crypto";
import { messageOf, sha256, TaplineError } from "../kernel/index.ts";

const prefix = "tle1-";
const secretBytes = 32;
const pinBytes = 32;
const checkBytes = 4;

/**
 * A one-time token in its parts. `secret` lets one machine enrol, once; `pin` is the SHA-256 of the root certificate
 * (DER), by which the machine knows the server before it says the secret.
 */
export type EnrolmentToken = { readonly secret: Buffer; readonly pin: Buffer };

/** `tle1-` and base64url of secret (32 bytes) · pin (32) · the first 4 bytes of the SHA-256 of both. */
export function writeToken({ secret, pin }: EnrolmentToken): string {
  const check = sha256(secret, pin).subarray(0, checkBytes);
  return prefix + Buffer.concat([secret, pin, check]).toString("base64url");
}

/** @throws TaplineError `invalid-input` where `text` was not copied whole */
export function readToken(text: string): EnrolmentToken {
  const bytes = Buffer.from(text.trim().slice(prefix.length), "base64url");
  const secret = bytes.subarray(0, secretBytes);
  const pin = bytes.subarray(secretBytes, secretBytes + pinBytes);
  const check = bytes.subarray(secretBytes + pinBytes);
  const isWhole = text.trim().startsWith(prefix) && check.length === checkBytes;
  if (!isWhole || !sha256(secret, pin).subarray(0, checkBytes).equals(check))
    throw new TaplineError("invalid-input", "the token is not whole", {
      remedy: "copy it again, from tle1- to its end",
      facts: { reason: "token-malformed" },
    });
  return { secret, pin };
}

/** What the server keeps of a token: the SHA-256 of its secret. */
export function tokenDigest(secret: Uint8Array): Buffer {
  return sha256(secret);
}

/** The pin of the first certificate in `pem`. @throws TaplineError `misconfigured` */
export function pinOf(pem: string): Buffer {
  try {
    return sha256(new X509Certificate(pem).raw);
  } catch (cause) {
    throw new TaplineError("misconfigured", `the root certificate does not read: ${messageOf(cause)}`, {
      remedy: "give a file with a -----BEGIN CERTIFICATE----- block",
      cause,
    });
  }
}
