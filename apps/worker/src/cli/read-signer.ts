import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Signer } from "@tapline/core/encryption";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { archiveSettings, signerSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";

/** Who signs manifests, by the worker's settings, else the private folder's own. @throws TaplineError `misconfigured` naming the setting */
export async function readSigner(): Promise<Signer> {
  const settings = signerSettings();
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const own = (name: string) => (dataDir === undefined ? undefined : join(dataDir, "pki", name));
  const read = async (path: string | undefined, setting: string): Promise<string> => {
    const remedy = `set ${setting}, or run it where the private folder is`;
    if (path === undefined) throw new TaplineError("misconfigured", "there is no signer", { remedy });
    try {
      return await readFile(path, "utf8");
    } catch (cause) {
      throw new TaplineError("misconfigured", `${path} cannot be read: ${messageOf(cause)}`, {
        remedy,
        cause,
      });
    }
  };
  const chain = settings.chain ?? [own("intermediate.crt")];
  return {
    certPem: await read(settings.cert ?? own("signer.crt"), "TAPLINE_SIGNER_CERT"),
    keyPem: await read(settings.key ?? own("signer.key"), "TAPLINE_SIGNER_KEY"),
    chainPem: await Promise.all(chain.map((path) => read(path, "TAPLINE_SIGNER_CHAIN"))),
  };
}
