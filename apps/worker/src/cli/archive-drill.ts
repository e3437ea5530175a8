import type { DrillResult } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import { openDrill } from "../wire/commands/archive.ts";
import { actOf } from "./acting.ts";
import { type PlaceOptions, placesOf, readTrust } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { count } from "./count.ts";
import { findDataDir } from "./find-data-dir.ts";
import { findStores } from "./find-stores.ts";
import { type ProgressOptions, watchedPlaces } from "./progress.ts";
import { findRack, type RackOptions } from "./read-rack.ts";

interface Options extends PlaceOptions, ProgressOptions, RackOptions {
  readonly now?: boolean;
  readonly trust?: string;
  readonly decrypt: boolean;
  readonly by?: string;
  readonly json?: boolean;
}

export async function drill(options: Options): Promise<void> {
  const { databaseUrl } = await findStores();
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const act = actOf({ reason: "", ...(options.by === undefined ? {} : { by: options.by }) });
  const keys = options.decrypt ? await findRack(options, dataDir) : null;
  const keyFiles = keys === null ? null : () => Promise.resolve(keys);
  const trust = await readTrust(options.trust, dataDir);
  const { places, stop } = watchedPlaces(await placesOf(options, dataDir), options);
  const among = options.target === undefined ? null : [options.target];
  const opened = openDrill(places, among, databaseUrl, trust, keyFiles);
  try {
    const result = await opened.drill(act);
    if (result === null) throw new TaplineError("not-found", nothingThere(options.target));
    process.stdout.write(`${options.json === true ? JSON.stringify(result) : sentence(result)}\n`);
    if (result.outcome === "failed") process.exitCode = 2;
  } finally {
    stop();
    await opened.close();
  }
}

function nothingThere(target: string | undefined): string {
  if (target === undefined) return "nothing is archived yet: there is nothing to restore";
  return `by the index nothing lies in archive ${target}: there is nothing to restore`;
}

function sentence({ segment, target, outcome, taps, durationMs, detail }: DrillResult): string {
  const what = `segment ${segment} of archive ${target}`;
  if (outcome === "failed") return `FAILED: ${what}: ${detail}`;
  if (outcome === "sealed")
    return `${what} is as it was archived; nothing was decrypted: ${detail || "no key was to be used"} (${durationMs} ms)`;
  return `proven: ${what}, ${count(taps, "tap")} equal to their proof (${durationMs} ms)`;
}
