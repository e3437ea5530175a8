import type { AgentFigures, Installation } from "../../installation/index.ts";
import type { DrillResult } from "../drill.ts";
import { quarantined } from "../quarantined.ts";
import { readArchive } from "../read-archive.ts";
import type { Handed } from "../read-ledger.ts";
import { judge } from "./judge.ts";

/** Decrypts the archive, reads the quarantine, and judges by both. */
export async function compareWithArchive(
  installation: Installation,
  handed: readonly Handed[],
  figures: AgentFigures,
): Promise<Omit<DrillResult, "faults">> {
  const refused = new Set((await quarantined(installation.databaseUrl)).map(({ sha256 }) => sha256));
  return judge({ handed, figures, refused, archive: await readArchive(installation) });
}
