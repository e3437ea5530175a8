import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type KeyRack, recipientsAmong } from "@tapline/core/encryption";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import type { KeyFiles } from "../care/open-apart.ts";

/**
 * The recipients of which a folder holds certificate and private key, as `NAME.crt` beside `NAME.key`: the archive's and the
 * escrow's, and after rotations those of before. Keys are not read.
 * @throws TaplineError `misconfigured` where the folder or a certificate cannot be read
 */
export async function keyFilesIn(folder: string): Promise<KeyRack<KeyFiles>> {
  try {
    const names = new Set(await readdir(folder));
    const pairs = [...names].filter((name) => name.endsWith(".crt") && names.has(keyOf(name))).sort();
    const read = async (name: string) => [name, await readFile(join(folder, name), "utf8")] as const;
    const recipients = recipientsAmong(Object.fromEntries(await Promise.all(pairs.map(read))));
    const files = (name: string) => ({ certFile: join(folder, name), keyFile: join(folder, keyOf(name)) });
    return new Map([...recipients].map(([ski, name]) => [ski, files(name)]));
  } catch (cause) {
    throw new TaplineError("misconfigured", `the keys in ${folder} cannot be read: ${messageOf(cause)}`, {
      remedy: "Name a readable folder of NAME.crt and NAME.key.",
      cause,
    });
  }
}

function keyOf(certificate: string): string {
  return certificate.replace(/\.crt$/, ".key");
}
