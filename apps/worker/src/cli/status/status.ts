import { hasCode } from "@tapline/core/kernel";
import { archiveSettings } from "../config.ts";
import { findDataDir } from "../find-data-dir.ts";
import { findStores, type Stores } from "../find-stores.ts";
import { attentionOf } from "./attention.ts";
import { readStanding } from "./read-standing.ts";
import type { Told } from "./standing.ts";
import { standingText } from "./standing-text.ts";

export async function status({ json }: { readonly json?: boolean }): Promise<void> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const standing = await readStanding(await storesOf(dataDir), dataDir);
  const attention = attentionOf(standing);
  process.stdout.write(
    `${json === true ? JSON.stringify({ well: attention.length === 0, attention, ...standing }) : standingText(standing, attention)}\n`,
  );
  if (attention.length > 0) process.exitCode = 1;
}

/** Where an installation is there and its stores are not, that is what its status tells. @throws misconfigured without one */
async function storesOf(dataDir: string | undefined): Promise<Told<Stores>> {
  try {
    return { is: "known", value: await findStores() };
  } catch (error) {
    if (dataDir === undefined || !hasCode(error, "misconfigured")) throw error;
    return { is: "unknown", why: error.message };
  }
}
