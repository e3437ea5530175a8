import { verify } from "node:crypto";
import { sha256Hex, TaplineError } from "@tapline/core/kernel";
import { releaseKeyOf } from "./upgrade-settings.ts";

const remedy = "look at who writes to the place of the releases; nothing was unpacked";

/**
 * The SHA-256 that a release states for `name`, once its signature was found good.
 * @param signature detached Ed25519 (RFC 8032) over `sums`, 64 bytes
 * @param releaseKey public key, PEM
 * @throws misconfigured, `facts.reason` is `bad-signature` or `not-listed`
 */
export function statedDigest(sums: Buffer, signature: Buffer, releaseKey: string, name: string): string {
  const key = releaseKeyOf(releaseKey);
  if (key === null || !verify(null, sums, key, signature))
    throw refused("bad-signature", "SHA256SUMS is not signed by the release key of this PC");
  for (const line of sums.toString("utf8").split("\n")) {
    const [, digest, listed] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (digest !== undefined && listed === name) return digest;
  }
  throw new TaplineError("misconfigured", `the release has no ${name}`, {
    remedy: "package that version, and sign the sums anew",
    facts: { reason: "not-listed" },
  });
}

/** @throws misconfigured, `facts.reason` is `bad-digest`, where `bytes` are not those of `digest` */
export function assertDigest(bytes: Buffer, digest: string, name: string): void {
  if (sha256Hex(bytes) !== digest) throw refused("bad-digest", `${name} is not what SHA256SUMS says`);
}

function refused(reason: string, message: string): TaplineError {
  return new TaplineError("misconfigured", message, { remedy, facts: { reason } });
}
