import type { ArchiveSet } from "@tapline/adapters/sftp";
import { transferSegment } from "../jobs/transfer-segment.ts";
import { readProcessKey } from "../pki.ts";
import { startStage } from "../roles/stage.ts";
import type { Parts } from "./parts.ts";

export async function startTransfer(parts: Parts, archives: ArchiveSet): Promise<void> {
  const processKey = await readProcessKey(parts.config);
  const stage = parts.instrument("transfer", {
    run: async (id: string) => await transferSegment(id, { ...parts, archives, processKey }),
  });
  startStage("transfer", stage.run, parts);
}
