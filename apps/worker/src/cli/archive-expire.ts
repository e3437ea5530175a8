import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import type { Hold } from "@tapline/core/transfer";
import type { Expired } from "../care/expire-archive.ts";
import { openExpiry } from "../wire/commands/care.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { type PlaceOptions, placesOf } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { count } from "./count.ts";
import { findDataDir } from "./find-data-dir.ts";
import { findStores } from "./find-stores.ts";

interface Options extends PlaceOptions, ActingOptions {
  readonly before: string;
  readonly json?: boolean;
}

export async function expire(options: Options): Promise<void> {
  const { atEpochMs, dryRun, ...act } = actOf(options);
  const { before } = options;
  if (Date.parse(before) > atEpochMs)
    throw new TaplineError(
      "invalid-input",
      `--before ${before} lies in the future: what is archived today stays`,
    );
  const { databaseUrl } = await findStores();
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const opened = openExpiry(await placesOf(options, dataDir), databaseUrl);
  const onHeld = (segment: string, hold: Hold): void =>
    void process.stderr.write(`segment ${segment} stays: hold ${hold.id} (${hold.reason})\n`);
  try {
    for (const target of opened.targets) {
      const { name } = target;
      const of = opened.targets.length > 1 ? `archive ${name}: ` : "";
      try {
        const found = await opened.expire(target, before, dryRun, { act, onHeld });
        const line = `${of}${sentence(found, before, dryRun)}`;
        process.stdout.write(
          `${options.json === true ? JSON.stringify({ archive: name, ...found }) : line}\n`,
        );
      } catch (error) {
        if (opened.targets.length === 1 || !hasCode(error, "unavailable")) throw error;
        process.stderr.write(`${of}nothing more was removed: ${messageOf(error)}\n`);
        process.exitCode = 1;
      }
    }
  } finally {
    await opened.close();
  }
}

function sentence({ segments, taps, bytes, held }: Expired, before: string, dryRun: boolean): string {
  const what = `${count(segments, "segment")} cut before ${before} (${count(taps, "tap")}, ${bytes} bytes)`;
  return `${what} ${dryRun ? "would be removed" : "are removed"}; ${held} held`;
}
