import { createPrivateKey, sign } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256Hex, TaplineError } from "@tapline/core/kernel";

const packageName = /^tapline-agent-.+\.tgz$/;

/**
 * Writes `SHA256SUMS` of all the agent's packages in `dir`, as sha256sum(1) does, and `SHA256SUMS.sig`, its detached
 * Ed25519 signature (64 bytes, RFC 8032). Without a key the signature before is removed: it no longer fits.
 * @param keyPem a private Ed25519 key, PKCS #8 PEM
 * @returns paths of what was written
 * @throws misconfigured where the key is no such key
 */
export async function writeSums(dir: string, keyPem: string | null): Promise<string[]> {
  const key = keyPem === null ? null : ed25519(keyPem);
  const names = (await readdir(dir)).filter((name) => packageName.test(name)).sort();
  const digests = await Promise.all(names.map(async (name) => sha256Hex(await readFile(join(dir, name)))));
  const sums = Buffer.from(names.map((name, index) => `${digests[index]}  ${name}\n`).join(""));
  const path = join(dir, "SHA256SUMS");
  const signaturePath = `${path}.sig`;
  await writeFile(path, sums);
  if (key === null) {
    await rm(signaturePath, { force: true });
    return [path];
  }
  await writeFile(signaturePath, sign(null, sums, key));
  return [path, signaturePath];
}

function ed25519(pem: string): ReturnType<typeof createPrivateKey> {
  const remedy = "make one: openssl genpkey -algorithm ed25519 -out release.key";
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch (cause) {
    throw new TaplineError("misconfigured", "the key to sign with does not read", { remedy, cause });
  }
  throw new TaplineError("misconfigured", "the key to sign with is no Ed25519 key", { remedy });
}
