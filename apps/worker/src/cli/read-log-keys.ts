import { join } from "node:path";
import { type NoteKey, openLogSigner, parseVerifierKeys } from "@tapline/core/audit";
import { TaplineError } from "@tapline/core/kernel";
import { archiveSettings, auditKeySettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { readGivenText } from "./read-given.ts";

/**
 * The keys by which the log is checked: those of a file of verifier keys, one a line; else the installation's own.
 * @throws TaplineError `misconfigured` where there are none, `invalid-input` where the file holds something else
 */
export async function readLogKeys(file: string | undefined): Promise<NoteKey[]> {
  if (file !== undefined) return parseVerifierKeys(await readGivenText(file));
  const { key, origin } = auditKeySettings();
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const path = key ?? (dataDir === undefined ? undefined : join(dataDir, "pki", "log.key"));
  if (path === undefined)
    throw new TaplineError("misconfigured", "the log's key is not known here", {
      remedy: "give a file with its verifier key by --key; who runs the log prints it by: tapline audit key",
    });
  return [openLogSigner(await readGivenText(path), origin).key];
}
