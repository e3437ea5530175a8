import { messageOf } from "@tapline/core/kernel";
import type { Reconciled } from "../jobs/reconcile-archive.ts";
import { openReindex } from "../wire/commands/archive.ts";
import { type PlaceOptions, placesOf, readTrust } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { count } from "./count.ts";
import { findDataDir } from "./find-data-dir.ts";
import { findStores } from "./find-stores.ts";
import { type ProgressOptions, watchedPlaces } from "./progress.ts";
import { tellPassedOver } from "./tell-passed-over.ts";

type Options = PlaceOptions &
  ProgressOptions & { readonly trust?: string; readonly json?: boolean; readonly dryRun?: boolean };

export async function reindex(options: Options): Promise<void> {
  const dryRun = options.dryRun === true;
  const { databaseUrl } = await findStores();
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const trust = await readTrust(options.trust, dataDir);
  const { places, stop } = watchedPlaces(await placesOf(options, dataDir), options);
  const opened = openReindex(places, databaseUrl, trust, dryRun);
  try {
    const hooks = { onFault: tellFault, onSettled: () => undefined, onAway: tellPassedOver() };
    const summary = await opened.reindex(hooks);
    process.stdout.write(
      `${options.json === true ? JSON.stringify({ ...summary, dryRun }) : `${dryRun ? "nothing is changed; to be done: " : ""}${sentence(summary)}`}\n`,
    );
    if (summary.faults > 0) process.exitCode = 1;
  } finally {
    stop();
    await opened.close();
  }
}

function tellFault(segment: string, error: unknown): void {
  process.stderr.write(`failed: segment ${segment}: ${messageOf(error)}\n`);
}

function sentence({ known, adopted, quarantined, faults }: Reconciled): string {
  const parts = [`${adopted} adopted`, `${known} known already`, `${quarantined} quarantined`];
  return `${count(known + adopted + quarantined + faults, "segment")}: ${parts.join(", ")}, ${faults} failed`;
}
