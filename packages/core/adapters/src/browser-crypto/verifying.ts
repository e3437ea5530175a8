import { sha256 } from "@noble/hashes/sha2.js";
import { type PublicKey, publicKeyOf } from "./public-key.ts";

/**
 * What the verifying code of core asks of node:crypto beside certificates, without waiting and without the browser's own
 * cryptography, which can only be waited for, and is not there on pages that came without TLS. Names and forms are Node's.
 */

export function hash(_algorithm: "sha256", bytes: Uint8Array, form: "buffer" | "hex"): Buffer | string {
  const digest = Buffer.from(sha256(bytes));
  return form === "hex" ? digest.toString("hex") : digest;
}

export function createHash(_algorithm: "sha256") {
  const whole = sha256.create();
  const chained = {
    update: (bytes: Uint8Array | string) => {
      whole.update(Buffer.from(bytes as Uint8Array));
      return chained;
    },
    digest: () => Buffer.from(whole.digest()),
  };
  return chained;
}

export function createPublicKey({ key }: { key: Uint8Array }): PublicKey {
  return publicKeyOf(key);
}

export function verify(algorithm: string | null, data: Uint8Array, key: PublicKey, sig: Uint8Array): boolean {
  return key.verify(algorithm, data, sig);
}
