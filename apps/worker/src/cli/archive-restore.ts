import { openArchives } from "../wire/commands/open-archives.ts";
import { type PlaceOptions, placesOf, readTrust } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { count } from "./count.ts";
import { findDataDir } from "./find-data-dir.ts";
import { type ProgressOptions, watchedPlaces } from "./progress.ts";
import { type RackOptions, readRack } from "./read-rack.ts";
import { type RestoreFailure, type RestoreSummary, restoreArchive } from "./restore/restore-archive.ts";
import type { RestoreKeys } from "./restore/restore-segment.ts";
import { tellPassedOver } from "./tell-passed-over.ts";

interface Options extends PlaceOptions, ProgressOptions, RackOptions {
  readonly out: string;
  readonly trust?: string;
  readonly at?: number;
  readonly json?: boolean;
}

export async function restore(options: Options): Promise<void> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const keys = await readKeys(options, dataDir);
  const { places, stop } = watchedPlaces(await placesOf(options, dataDir), options);
  const archives = openArchives(places, tellPassedOver());
  try {
    const summary = await restoreArchive(archives, options.out, keys, { onFailure, onClosed });
    process.stdout.write(
      `${options.json === true ? JSON.stringify(summary) : sentence(summary, options.out)}\n`,
    );
    if (summary.failed.length + summary.closed.length > 0) process.exitCode = 1;
  } finally {
    stop();
    await archives.close();
  }
}

function onFailure({ object, message }: RestoreFailure): void {
  process.stderr.write(`failed: ${object}: ${message}\n`);
}

function onClosed({ message }: RestoreFailure): void {
  process.stderr.write(`closed: ${message}\n`);
}

function sentence(
  { segments, restored, present, taps, failed, closed }: RestoreSummary,
  out: string,
): string {
  const parts = [`${restored} restored`, `${present} already there`, `${failed.length} failed`];
  if (closed.length > 0) parts.push(`${closed.length} closed`);
  return `${count(segments, "segment")}: ${parts.join(", ")}; ${count(taps, "tap")} in ${out}`;
}

async function readKeys(options: Options, dataDir: string | undefined): Promise<RestoreKeys> {
  const trust = [await readTrust(options.trust, dataDir)];
  return {
    keys: await readRack(options, dataDir),
    trust: { rootPems: trust, crlPems: trust },
    ...(options.at === undefined ? {} : { atEpochMs: options.at }),
  };
}
