import { access } from "node:fs/promises";
import { join } from "node:path";
import type { ReplayEffect } from "../jobs/replay-quarantine.ts";
import { readProcessKeys } from "../process-keys.ts";
import { openQuarantine } from "../wire/commands/quarantine.ts";
import { archiveSettings, processKeySettings } from "./config.ts";
import { count } from "./count.ts";
import { findDataDir } from "./find-data-dir.ts";
import { findStores } from "./find-stores.ts";

export type Quarantine = ReturnType<typeof openQuarantine>;

/** Works on the quarantine of the installation. */
export async function withQuarantine<Value>(
  work: (quarantine: Quarantine) => Promise<Value>,
): Promise<Value> {
  const { databaseUrl } = await findStores();
  const quarantine = openQuarantine(databaseUrl, await findProcessKeys());
  try {
    return await work(quarantine);
  } finally {
    await quarantine.close();
  }
}

/** What a replay does, in words. */
export function effectText(effect: ReplayEffect, when: "would" | "did"): string {
  const { looked, passing, held, sealed, unkept, refused } = effect;
  const does = when === "would" ? "would pass and go into the buffer" : "pass and went into the buffer";
  const reasons = Object.entries(refused).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    `of ${count(looked, "tap")} in quarantine ${passing} ${does} again`,
    ...(held === 0 ? [] : [`  ${held} lie in the archive already`]),
    ...reasons.map(([reason, taps]) => `  ${taps} stay, since they are refused still: ${reason}`),
    ...(sealed === 0 ? [] : [`  ${sealed} stay, since no process key that is there opens them`]),
    ...(unkept === 0
      ? []
      : [`  ${unkept} stay, since their digests alone were kept: their agent's quota was spent`]),
  ].join("\n");
}

/** The settings' keys, else that of the `npm start` on the nearest data folder; none where there is none. */
async function findProcessKeys(): Promise<Buffer[]> {
  const { present, previous } = processKeySettings();
  const file = present ?? (await keptKeyFile());
  const keys = await readProcessKeys({ TAPLINE_PROCESS_KEY: file, TAPLINE_PROCESS_KEY_PREVIOUS: previous });
  return keys ?? [];
}

async function keptKeyFile(): Promise<string | undefined> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  if (dataDir === undefined) return undefined;
  const file = join(dataDir, "secrets", "process-key");
  return await access(file).then(
    () => file,
    () => undefined,
  );
}
