import { createPrivateKey, X509Certificate } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { issueHierarchy } from "@tapline/core/encryption";
import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import { pathExists } from "../servers/index.ts";
import { writePrivateFolder } from "./write-private-folder.ts";

/** The certificates that come with a private key beside them. */
const pairs = ["root", "intermediate", "archive", "escrow", "signer", "server", "agent-local"] as const;
const lists = ["root.crl", "intermediate.crl", "trust.pem"] as const;

const issuerOf = (name: string) => (name === "root" || name === "intermediate" ? "root" : "intermediate");

async function readPart(folder: string, name: string): Promise<string> {
  const text = await readFile(join(folder, name), "utf8");
  if (text.trim() === "") throw new Error("it is empty");
  return text;
}

async function checkPair(folder: string, name: string, nowEpochMs: number): Promise<void> {
  const certificate = new X509Certificate(await readPart(folder, `${name}.crt`));
  const key = createPrivateKey(await readPart(folder, `${name}.key`));
  if (!certificate.checkPrivateKey(key)) throw new Error(`${name}.key does not belong to ${name}.crt`);
  const issuer = new X509Certificate(await readPart(folder, `${issuerOf(name)}.crt`));
  if (!certificate.verify(issuer.publicKey))
    throw new Error(`${name}.crt was not issued by ${issuerOf(name)}.crt`);
  if (certificate.validToDate.getTime() < nowEpochMs)
    throw new TaplineError(
      "misconfigured",
      `${join(folder, `${name}.crt`)} expired on ${certificate.validTo}`,
      {
        remedy:
          'renew it as docs/operations.md says under "Certificates": its key stays, and so does the archive',
      },
    );
}

async function checkPki(folder: string, nowEpochMs: number): Promise<void> {
  for (const name of [...pairs, ...lists]) {
    const isPair = (pairs as readonly string[]).includes(name);
    try {
      await (isPair ? checkPair(folder, name, nowEpochMs) : readPart(folder, name));
    } catch (cause) {
      if (hasCode(cause, "misconfigured")) throw cause;
      throw new TaplineError(
        "corrupt",
        `the PKI folder ${folder} is damaged at ${name}: ${messageOf(cause)}`,
        {
          remedy:
            "restore the folder from a backup (without its archive key or escrow key the archive stays closed)",
          facts: { part: name },
          cause,
        },
      );
    }
  }
}

/**
 * Makes the installation's PKI at its first start, and checks it at every later one: every file there, each key
 * with its certificate, each certificate with its issuer. Throws `corrupt` naming the damaged part; changes nothing,
 * and makes no new keys where an archive already waits for the old ones.
 * @returns whether it was made now
 */
export async function openPki(folder: string, archiveDir: string, nowEpochMs: number): Promise<boolean> {
  if (await pathExists(folder)) {
    await checkPki(folder, nowEpochMs);
    return false;
  }
  if ((await readdir(archiveDir)).length > 0)
    throw new TaplineError(
      "corrupt",
      `the PKI folder ${folder} is gone, yet ${archiveDir} holds an archive`,
      {
        remedy: "restore the PKI folder from a backup, or choose a new data folder by --data-dir",
      },
    );
  const issued = await issueHierarchy({ nowEpochMs, organisation: "Tapline", agents: ["local"], hosts: [] });
  const files = Object.entries(issued).map(
    ([name, { pem, secret }]) => [name, { content: pem, secret }] as const,
  );
  await writePrivateFolder(folder, Object.fromEntries(files));
  return true;
}
