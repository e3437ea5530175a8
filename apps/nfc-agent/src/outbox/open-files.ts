import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, TaplineError } from "@tapline/core/kernel";
import { systemCode } from "../durable-file.ts";
import { nextEpoch } from "../epoch.ts";
import { isNoSpace, LogFile } from "./log-file.ts";
import { numberOfLog } from "./log-format.ts";
import { type Replayed, replay } from "./replay.ts";

/** Opens the files in `dir`, which must be locked, or begins the first one of a new epoch. @throws corrupt */
export async function openFiles(dir: string, now: Clock): Promise<{ epoch: number; replayed: Replayed }> {
  const names = await readdir(dir);
  const numbers = names.map((name) => numberOfLog(name)).filter((number) => number !== null);
  numbers.sort((a, b) => a - b);
  const replayed = await replay(dir, numbers);
  // What a crash left of a file that had not come under its name yet.
  for (const name of names.filter((name) => name.endsWith(".tmp")))
    await rm(join(dir, name), { force: true });
  const first = replayed.files[0];
  if (first !== undefined) return { epoch: first.epoch, replayed };
  const epoch = await nextEpoch(join(dir, "epoch"), now());
  const snapshot = { nextSeq: 1, totals: { taps: 0, archived: 0, duplicates: 0, rejected: 0 } };
  const file = await LogFile.create(dir, 1, epoch, snapshot);
  return { epoch, replayed: { ...replayed, ...snapshot, files: [file] } };
}

/** Puts a system's error about the folder into words; others pass through. */
export function unusable(dir: string, error: unknown): unknown {
  if (error instanceof TaplineError) return error;
  const code = systemCode(error);
  if (code === undefined) return error;
  return new TaplineError("misconfigured", `the outbox folder ${dir} cannot be used: ${code}`, {
    remedy: isNoSpace(error)
      ? "make room on its disk"
      : "give the agent a folder that it may write to (TAPLINE_AGENT_OUTBOX)",
    cause: error,
  });
}
