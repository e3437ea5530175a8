import { encryptSegment } from "../jobs/encrypt-segment.ts";
import { readRecipients, readSigner } from "../pki.ts";
import { startStage } from "../roles/stage.ts";
import type { Parts } from "./parts.ts";

export async function startEncryption(parts: Parts): Promise<void> {
  const recipients = await readRecipients(parts.config, parts.clock());
  const signer = await readSigner(parts.config);
  const stage = parts.instrument("encryption", {
    run: async (id: string) => await encryptSegment(id, { ...parts, recipients, signer }),
  });
  startStage("encryption", stage.run, parts);
}
