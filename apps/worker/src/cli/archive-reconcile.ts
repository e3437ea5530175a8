import { messageOf, TaplineError } from "@tapline/core/kernel";
import type { Levelled } from "../care/levelled.ts";
import { openLevel } from "../wire/commands/care.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { type PlaceOptions, placesOf, readTrust } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { count } from "./count.ts";
import { findDataDir } from "./find-data-dir.ts";
import { findStores } from "./find-stores.ts";
import { type ProgressOptions, watchedPlaces } from "./progress.ts";
import { tellPassedOver } from "./tell-passed-over.ts";

interface Options extends PlaceOptions, ProgressOptions, ActingOptions {
  readonly since?: string;
  readonly trust?: string;
  readonly json?: boolean;
}

export async function reconcile(options: Options): Promise<void> {
  const { dryRun, actor, reason, traceId } = actOf(options);
  const { databaseUrl, redisUrl } = await findStores();
  if (redisUrl === undefined)
    throw new TaplineError(
      "misconfigured",
      "no Redis is known, and what is under way cannot be told from what was left",
      {
        remedy: "Set REDIS_URL to the Redis of the installation.",
      },
    );
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const trust = await readTrust(options.trust, dataDir);
  const since = options.since ?? "";
  const { places, stop } = watchedPlaces(await placesOf(options, dataDir), options);
  const opened = openLevel(places, { databaseUrl, redisUrl }, trust);
  try {
    const onFault = (segment: string, error: unknown): void =>
      void process.stderr.write(`segment ${segment}: ${messageOf(error)}\n`);
    const found = await opened.level(
      since,
      { actor, reason, traceId, onFault, onSilent: tellPassedOver() },
      dryRun,
    );
    process.stdout.write(
      `${options.json === true ? JSON.stringify({ ...found, dryRun }) : `${dryRun ? "nothing is changed; by a comparison now: " : ""}${sentence(found)}`}\n`,
    );
    if (found.missing + found.faults > 0) process.exitCode = 2;
  } finally {
    stop();
    await opened.close();
  }
}

function sentence(found: Levelled): string {
  const { known, adopted, quarantined, healed, missing, leftovers, rewraps, faults } = found;
  const parts = [
    `${adopted} adopted`,
    `${quarantined} quarantined`,
    `${healed} copied back`,
    `${missing} missing`,
    ...(rewraps === 0 ? [] : [`${rewraps} whose rewraps are to be copied`]),
  ];
  return `${count(known, "segment")} known: ${parts.join(", ")}; ${leftovers} leftovers quarantined, ${faults} need a person`;
}
