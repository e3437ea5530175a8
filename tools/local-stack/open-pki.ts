import { createPrivateKey, X509Certificate } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeLogKey } from "@tapline/core/audit";
import { type HierarchyFile, issueAgentsFiles, issueHierarchy } from "@tapline/core/encryption";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { pathExists } from "../servers/index.ts";
import { recipientPairs, recipientRoles } from "./recipient-pairs.ts";
import { type PrivateFile, replaceDurably, writePrivateFolder } from "./write-private-folder.ts";

const organisation = "Tapline";

/** The certificates that come with a private key beside them, but for the recipients', which rotations replace. */
const pairs = ["root", "intermediate", "signer", "server", "agents", "agent-local"] as const;
const others = ["root.crl", "intermediate.crl", "trust.pem", "agents-trust.pem", "log.key"] as const;

/** Who may have issued what; the intermediate issued agents, too, before they had an authority of their own. */
function issuersOf(name: string): readonly string[] {
  if (name === "root" || name === "intermediate") return ["root"];
  if (name === "agents") return ["agents"];
  return name === "agent-local" ? ["agents", "intermediate"] : ["intermediate"];
}

async function readPart(folder: string, name: string): Promise<string> {
  const text = await readFile(join(folder, name), "utf8");
  if (text.trim() === "") throw new Error("it is empty");
  return text;
}

/** @param inUse whether it must not have expired: what a rotation replaced opens what is old, for ever */
async function checkPair(folder: string, name: string, nowEpochMs: number, inUse: boolean): Promise<void> {
  const certificate = new X509Certificate(await readPart(folder, `${name}.crt`));
  const key = createPrivateKey(await readPart(folder, `${name}.key`));
  if (!certificate.checkPrivateKey(key)) throw new Error(`${name}.key does not belong to ${name}.crt`);
  const issuers = issuersOf(name);
  const certificates = await Promise.all(issuers.map((issuer) => readPart(folder, `${issuer}.crt`)));
  if (!certificates.some((pem) => certificate.verify(new X509Certificate(pem).publicKey)))
    throw new Error(`${name}.crt was not issued by ${issuers.join(".crt or ")}.crt`);
  if (inUse && certificate.validToDate.getTime() < nowEpochMs)
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
  const part = async (name: string, check: () => Promise<unknown>): Promise<void> => {
    try {
      await check();
    } catch (cause) {
      if (cause instanceof TaplineError) throw cause;
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
  };
  for (const name of pairs) await part(name, () => checkPair(folder, name, nowEpochMs, true));
  for (const name of others) await part(name, () => readPart(folder, name));
  await part("the recipients' certificates", async () => {
    const newest = await recipientPairs(folder);
    for (const role of recipientRoles) {
      const name = newest[role];
      await part(name, () => checkPair(folder, name, nowEpochMs, true));
      // One that was retired may have been put away.
      if (name !== role && (await pathExists(join(folder, `${role}.key`))))
        await part(role, () => checkPair(folder, role, nowEpochMs, false));
    }
  });
}

/**
 * Gives a folder of an earlier release its agents' authority. `agents-trust.pem`, written last, names the root beside
 * it, so that agents' certificates of before stay good. Cut off half way, the next start goes on.
 */
async function addAgentsAuthority(folder: string, nowEpochMs: number): Promise<void> {
  if (await pathExists(join(folder, "agents-trust.pem"))) return;
  const root = await readPart(folder, "root.crt");
  if (!(await pathExists(join(folder, "agents.crt")))) {
    const issued = await issueAgentsFiles(organisation, nowEpochMs);
    for (const name of ["agents.key", "agents.crt"] as const)
      await replaceDurably(join(folder, name), privateFile(issued[name]));
  }
  const content = `${await readPart(folder, "agents.crt")}${root}`;
  await replaceDurably(join(folder, "agents-trust.pem"), { content, secret: false });
}

/** Gives a folder of an earlier release the key of its audit log. */
async function addLogKey(folder: string): Promise<void> {
  const file = join(folder, "log.key");
  if (!(await pathExists(file))) await replaceDurably(file, { content: makeLogKey(), secret: true });
}

const privateFile = ({ pem, secret }: HierarchyFile): PrivateFile => ({ content: pem, secret });

/**
 * Makes the installation's PKI at its first start, and checks it at every later one: every file there, each key
 * with its certificate, each certificate with its issuer. Throws `corrupt` naming the damaged part; changes nothing
 * but that an older folder gets what it lacks (agents' authority, log key), and makes no new keys where an archive waits for the old ones.
 * @returns whether it was made now
 */
export async function openPki(folder: string, archiveDir: string, nowEpochMs: number): Promise<boolean> {
  if (await pathExists(folder)) {
    if (await pathExists(join(folder, "root.crt"))) {
      await addAgentsAuthority(folder, nowEpochMs);
      await addLogKey(folder);
    }
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
  const issued = await issueHierarchy({ nowEpochMs, organisation, agents: ["local"], hosts: [] });
  const files = Object.entries(issued).map(([name, file]) => [name, privateFile(file)] as const);
  await writePrivateFolder(folder, Object.fromEntries(files));
  return true;
}
