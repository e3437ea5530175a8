import { createHash } from "node:crypto";
import { TaplineError } from "@tapline/core/kernel";
import ssh2 from "ssh2";

/** An Ed25519 key pair for SSH. */
export interface SshKeyPair {
  /** OpenSSH's private key form (PEM-like), unencrypted: keep it 0600. */
  readonly privateKey: string;
  /** One line, as in authorized_keys. */
  readonly publicKey: string;
  /** `SHA256:…` of the public key, as ssh-keygen -lf prints it. */
  readonly pin: string;
}

/** A new key pair. About one in 256 of ssh2's is malformed (it drops a leading zero byte), so those are not taken. */
export function generateSshKeyPair(): SshKeyPair {
  let pair = ssh2.utils.generateKeyPairSync("ed25519");
  while (ssh2.utils.parseKey(pair.private) instanceof Error) pair = ssh2.utils.generateKeyPairSync("ed25519");
  return { privateKey: pair.private, publicKey: `${pair.public.trim()}\n`, pin: hostKeyPin(pair.public) };
}

/** The pin of a public key, or of a private key's public half. @throws TaplineError `misconfigured` */
export function hostKeyPin(key: string): string {
  const digest = createHash("sha256")
    .update(parseSshKey(key, "the host key").getPublicSSH())
    .digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}

/** @param what names the key in errors */
export function parseSshKey(text: string, what: string): ssh2.ParsedKey {
  const parsed = ssh2.utils.parseKey(text);
  if (parsed instanceof Error)
    throw new TaplineError("misconfigured", `${what} is not a readable OpenSSH key`, {
      remedy: "Take the private folder's secrets from a backup, or let npm start make new ones.",
      cause: parsed,
    });
  return parsed;
}
