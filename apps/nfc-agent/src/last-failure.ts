import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { errorCodes, messageOf, TaplineError } from "@tapline/core/kernel";
import { z } from "zod";
import { replaceFile } from "./durable-file.ts";

/** Why the agent ended or could not start, kept for `tapline-agent status` until it runs again. */
const failureSchema = z.object({
  code: z.enum(errorCodes).nullable(),
  message: z.string(),
  remedy: z.string().nullable(),
  atEpochMs: z.int(),
});

export type LastFailure = z.infer<typeof failureSchema>;

const pathIn = (dataDir: string) => join(dataDir, "last-failure.json");

/** Keeps what was thrown. Never throws itself: the folder may be what is broken. */
export async function noteFailure(dataDir: string, error: unknown, atEpochMs: number): Promise<void> {
  const known = error instanceof TaplineError ? error : null;
  const failure: LastFailure = {
    code: known?.code ?? null,
    message: messageOf(error),
    remedy: known?.remedy ?? null,
    atEpochMs,
  };
  await replaceFile(pathIn(dataDir), `${JSON.stringify(failure)}\n`).catch(() => {});
}

export async function clearFailure(dataDir: string): Promise<void> {
  await rm(pathIn(dataDir), { force: true }).catch(() => {});
}

/** The failure of the last run; null where there was none, or it cannot be read. */
export async function lastFailure(dataDir: string): Promise<LastFailure | null> {
  try {
    return failureSchema.parse(JSON.parse(await readFile(pathIn(dataDir), "utf8")));
  } catch {
    return null;
  }
}
