import { join } from "node:path";
import { type KeyRack, keyRack, type RecipientKey, readRecipient } from "@tapline/core/encryption";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import type { KeyFiles } from "../care/open-apart.ts";
import { keyFilesIn } from "../keys/key-folder.ts";
import { needed, readText } from "./archive-place.ts";

/** Options by which a command is told whose keys open the archive. */
export interface RackOptions {
  readonly cert?: string;
  readonly key?: string;
  readonly keys?: string;
}

/**
 * The keys at hand: the pair and the folder that options name; without either all pairs in the private folder's pki/. A key
 * of a folder that cannot be used is told on stderr and left out.
 * @throws TaplineError `misconfigured` where there is none, or the named pair cannot be used; `invalid-input` where half of a
 * pair is named
 */
export async function readRack(options: RackOptions, dataDir: string | undefined): Promise<KeyRack> {
  const rack = new Map<string, RecipientKey>();
  for (const [ski, { certFile, keyFile }] of await findRack(options, dataDir))
    try {
      const certPem = await readText(certFile, "--cert");
      const pair = { certPem, keyPem: await readText(keyFile, "--key") };
      rack.set(ski, keyRack([pair]).get(ski) ?? pair);
    } catch (error) {
      if (certFile === options.cert) throw error;
      process.stderr.write(`${keyFile} is left out: ${messageOf(error)}\n`);
    }
  if (rack.size > 0) return rack;
  throw new TaplineError("misconfigured", "no key is at hand that opens archived objects", {
    remedy:
      "Name certificate and private key of a recipient by --cert and --key, or a folder of them by --keys.",
  });
}

/** As `readRack`, by their paths: the keys themselves are not read. */
export async function findRack(
  { cert, key, keys }: RackOptions,
  dataDir: string | undefined,
): Promise<KeyRack<KeyFiles>> {
  if ((cert === undefined) !== (key === undefined))
    throw new TaplineError("invalid-input", "--cert and --key go together, and one of them is missing", {
      remedy: "Name certificate and private key of one pair, or a folder of pairs by --keys.",
    });
  const rack = new Map<string, KeyFiles>();
  if (cert !== undefined && key !== undefined)
    rack.set(readRecipient(await readText(cert, "--cert")).ski, { certFile: cert, keyFile: key });
  const folder = keys ?? (rack.size > 0 ? null : join(needed(dataDir, "--keys"), "pki"));
  if (folder !== null)
    for (const [ski, files] of await keyFilesIn(folder)) if (!rack.has(ski)) rack.set(ski, files);
  return rack;
}
