import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { issueLeaf, type KeyRole, openAuthority, readRingKey } from "@tapline/core/encryption";
import { messageOf, TaplineError } from "@tapline/core/kernel";

const lifetimeMs = 2 * 365.25 * 24 * 3_600_000;
/** Clocks differ: what is issued now is valid from a little before. */
const backdateMs = 3_600_000;

export type IssuedKey = { readonly certPem: string; readonly certFile: string; readonly keyFile: string };

/**
 * Makes a key that objects can be encrypted to (P-256, keyAgreement, 2 years), certified by the PKI in a folder
 * (intermediate.crt and .key). Both files are on disk before this resolves: nothing may be encrypted to a key that could
 * still be lost.
 * @throws TaplineError `misconfigured` where the folder cannot be read or written, or holds no authority
 */
export async function issueIntoFolder(folder: string, role: KeyRole, nowEpochMs: number): Promise<IssuedKey> {
  const read = (name: string): Promise<string> =>
    readFile(join(folder, name), "utf8").catch((cause: unknown) => {
      throw unfit(`${name} cannot be read`, cause);
    });
  const issuer = await openAuthority(
    await read("intermediate.crt"),
    await read("intermediate.key"),
    "the authority that issues archive keys",
  );
  const { certPem, keyPem } = await issueLeaf(
    {
      commonName: `Tapline ${role}`,
      organisation: issuer.certificate.subjectName.getField("O")[0] ?? "Tapline",
      ...{ issuer, use: "keyAgreement" },
    },
    { notBefore: new Date(nowEpochMs - backdateMs), notAfter: new Date(nowEpochMs + lifetimeMs) },
  );
  const base = join(folder, `${role}-${readRingKey(certPem, role).certSha256.slice(0, 12)}`);
  try {
    await writeFile(`${base}.key`, keyPem, { mode: 0o600, flag: "wx", flush: true });
    await writeFile(`${base}.crt`, certPem, { mode: 0o644, flag: "wx", flush: true });
  } catch (cause) {
    throw unfit("the new key cannot be written", cause);
  }
  return { certPem, certFile: `${base}.crt`, keyFile: `${base}.key` };
}

/** Takes a key away again to which nothing was encrypted, and nothing will be. The certificate goes first: one without a key is worse. */
export async function discardIssued({ certFile, keyFile }: IssuedKey): Promise<void> {
  await rm(certFile, { force: true });
  await rm(keyFile, { force: true });
}

function unfit(what: string, cause: unknown): TaplineError {
  return new TaplineError("misconfigured", `no archive key can be issued: ${what}: ${messageOf(cause)}`, {
    remedy:
      "Nothing was changed. Make the PKI folder readable and writable, or bring a certificate by --cert.",
    cause,
  });
}
