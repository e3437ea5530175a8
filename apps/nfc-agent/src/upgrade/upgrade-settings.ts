import { createPublicKey, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { z } from "zod";
import { systemCode } from "../durable-file.ts";

/** Where packages come from and who may release them; root's file beside the program, out of the server's reach. */
export const upgradeSettingsSchema = z.strictObject({
  /** An https URL or an absolute folder, with SHA256SUMS, SHA256SUMS.sig and packages in it. */
  upgradeFrom: z.string().refine(isSource, "must be an https:// URL or an absolute folder"),
  /** Public Ed25519 key, PEM. */
  releaseKey: z.string().refine((pem) => releaseKeyOf(pem) !== null, "must be a public Ed25519 key in PEM"),
  /** Authorities of the https server, PEM; null: those of the system and of Node. */
  ca: z.string().nullable(),
});

export type UpgradeSettings = z.infer<typeof upgradeSettingsSchema>;

/** @returns null where there are none: this agent is upgraded by hand. @throws misconfigured */
export async function readUpgradeSettings(path: string): Promise<UpgradeSettings | null> {
  try {
    return upgradeSettingsSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    const why =
      error instanceof z.ZodError ? z.prettifyError(error) : (systemCode(error) ?? messageOf(error));
    throw new TaplineError("misconfigured", `${path} cannot be used: ${why}`, {
      remedy: "write it anew: tapline-agent install --upgrade-from … --release-key …",
    });
  }
}

/** The key in `pem`; null where it is no public Ed25519 key. */
export function releaseKeyOf(pem: string): KeyObject | null {
  if (pem.includes("PRIVATE")) return null;
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === "ed25519" ? key : null;
  } catch {
    return null;
  }
}

function isSource(from: string): boolean {
  return from.startsWith("/") || (URL.canParse(from) && new URL(from).protocol === "https:");
}
