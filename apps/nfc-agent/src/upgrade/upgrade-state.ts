import { readFileSync } from "node:fs";
import { agentVersionSchema } from "@tapline/core/tap";
import { z } from "zod";
import { replaceFile } from "../durable-file.ts";

/** What the upgrade remembers between its runs; everybody may read it. */
const upgradeStateSchema = z.object({
  /** A change that has begun and has no end yet; `back` says why it is being undone. */
  underway: z
    .object({
      from: agentVersionSchema,
      to: agentVersionSchema,
      before: z.object({ paused: z.string().nullable(), linked: z.boolean() }).nullable(),
      back: z.string().nullable(),
    })
    .nullable(),
  /** Why the last version that was wanted is not here. */
  trouble: z
    .object({
      version: agentVersionSchema,
      text: z.string(),
      remedy: z.string(),
      atEpochMs: z.int(),
      /** It did not come up where the one before did: not tried again. */
      final: z.boolean(),
    })
    .nullable(),
});

export type UpgradeState = z.infer<typeof upgradeStateSchema>;

export const freshState: UpgradeState = { underway: null, trouble: null };

/** The state at `path`; the fresh one where there is none, or it does not read. */
export function readUpgradeState(path: string): UpgradeState {
  try {
    return upgradeStateSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return freshState;
  }
}

export async function writeUpgradeState(path: string, state: UpgradeState): Promise<void> {
  await replaceFile(path, `${JSON.stringify(state)}\n`, 0o644);
}
