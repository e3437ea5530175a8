import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { pathExists } from "../servers/index.ts";
import { generateSshKeyPair, hostKeyPin } from "./archive-server/index.ts";
import type { DataFolder } from "./data-folder.ts";
import { replaceDurably, writePrivateFolder } from "./write-private-folder.ts";

/** Each 32 random bytes in hexadecimal. */
const hexNames = ["postgres", "web", "process-key"] as const;

/** PostgreSQL's password, and the files in which other secrets lie. */
export type Secrets = Readonly<{
  postgresPassword: string;
  webSecretFile: string;
  processKeyFile: string;
  /** Signs links that acknowledge. */
  alertLinkKeyFile: string;
  /** Where secrets of alert channels lie, a file each. */
  alertSecretsFolder: string;
  archiveHostKeyFile: string;
  archiveClientKeyFile: string;
  /** The archive's host key as OpenSSH names it: `SHA256:…`. */
  archiveHostKeyPin: string;
}>;

async function create(folder: DataFolder): Promise<void> {
  if (await pathExists(join(folder.postgres, "PG_VERSION")))
    throw new TaplineError("corrupt", `${folder.secrets} is gone, yet ${folder.postgres} holds a database`, {
      remedy: "restore the folder secrets from a backup, or choose a new data folder by --data-dir",
    });
  const host = generateSshKeyPair();
  const client = generateSshKeyPair();
  const hex = hexNames.map((name) => [name, randomBytes(32).toString("hex")] as const);
  const texts = [
    ...hex,
    ["archive-host-key", host.privateKey] as const,
    ["archive-client-key", client.privateKey] as const,
  ];
  const files = texts.map(([name, content]) => [name, { content, secret: true }] as const);
  await writePrivateFolder(folder.secrets, Object.fromEntries(files));
}

/** Makes a secret that no data depends on yet where an earlier release left none. */
async function createMissing(path: string, make: () => string): Promise<void> {
  if (await pathExists(path)) return;
  await replaceDurably(path, { content: make(), secret: true });
}

/** By which browsers are notified (RFC 8292): P-256, PKCS #8 in PEM. */
function makePushKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

async function readSecret(folder: string, name: string, form: RegExp): Promise<string> {
  const text = await readFile(join(folder, name), "utf8").catch(() => "");
  if (form.test(text.trim())) return text.trim();
  throw new TaplineError("corrupt", `the secret ${join(folder, name)} is missing or damaged`, {
    remedy: "restore that file from a backup, or choose a new data folder by --data-dir",
    facts: { secret: name },
  });
}

/** Makes the installation's secrets at its first start (0600) and reads them at every later one. */
export async function openSecrets(folder: DataFolder): Promise<Secrets> {
  if (!(await pathExists(folder.secrets))) await create(folder);
  const hex = (name: (typeof hexNames)[number]) => readSecret(folder.secrets, name, /^[0-9a-f]{64}$/);
  const postgresPassword = await hex("postgres");
  await hex("web");
  await hex("process-key");
  const file = (name: string) => join(folder.secrets, name);
  await createMissing(file("alert-links"), () => randomBytes(32).toString("hex"));
  await mkdir(file("alerts"), { mode: 0o700, recursive: true });
  await createMissing(join(file("alerts"), "web-push-key"), makePushKey);
  await readSecret(folder.secrets, "alert-links", /^[0-9a-f]{64}$/);
  const ssh = (name: string) => readSecret(folder.secrets, name, /^-----BEGIN OPENSSH PRIVATE KEY-----/);
  await ssh("archive-client-key");
  const archiveHostKeyPin = hostKeyPin(await ssh("archive-host-key"));
  return {
    postgresPassword,
    webSecretFile: file("web"),
    processKeyFile: file("process-key"),
    alertLinkKeyFile: file("alert-links"),
    alertSecretsFolder: file("alerts"),
    archiveHostKeyFile: file("archive-host-key"),
    archiveClientKeyFile: file("archive-client-key"),
    archiveHostKeyPin,
  };
}
