import { TaplineError } from "@tapline/core/kernel";
import { openArchives } from "../wire/commands/open-archives.ts";
import { type PlaceOptions, placesOf, readPki } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { type RestoreFailure, type RestoreSummary, restoreArchive } from "./restore/restore-archive.ts";
import type { RestoreKeys } from "./restore/restore-segment.ts";
import { tellPassedOver } from "./tell-passed-over.ts";

interface Options extends PlaceOptions {
  readonly out: string;
  readonly cert?: string;
  readonly key?: string;
  readonly trust?: string;
  readonly at?: string;
  readonly json?: boolean;
}

export async function restore(options: Options): Promise<void> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const keys = await readKeys(options, dataDir);
  const archives = openArchives(await placesOf(options, dataDir), tellPassedOver());
  try {
    const summary = await restoreArchive(archives, options.out, keys, tellFailure);
    process.stdout.write(
      `${options.json === true ? JSON.stringify(summary) : sentence(summary, options.out)}\n`,
    );
    if (summary.failed.length > 0) process.exitCode = 1;
  } finally {
    await archives.close();
  }
}

function tellFailure({ object, message }: RestoreFailure): void {
  process.stderr.write(`failed: ${object}: ${message}\n`);
}

function sentence({ segments, restored, present, taps, failed }: RestoreSummary, out: string): string {
  const parts = [`${restored} restored`, `${present} already there`, `${failed.length} failed`];
  return `${segments} segments: ${parts.join(", ")}; ${taps} taps in ${out}`;
}

async function readKeys(options: Options, dataDir: string | undefined): Promise<RestoreKeys> {
  const [certPem, keyPem, trust] = [
    await readPki(options.cert, dataDir, "cert"),
    await readPki(options.key, dataDir, "key"),
    [await readPki(options.trust, dataDir, "trust")],
  ];
  const at = options.at === undefined ? undefined : epochMsOf(options.at);
  return {
    recipient: { certPem, keyPem },
    trust: { rootPems: trust, crlPems: trust },
    ...(at === undefined ? {} : { atEpochMs: at }),
  };
}

function epochMsOf(text: string): number {
  const epochMs = Date.parse(text);
  if (Number.isNaN(epochMs))
    throw new TaplineError("invalid-input", `--at "${text}" is not a time`, {
      remedy: "Write it as in 2026-11-23T12:00:00Z.",
    });
  return epochMs;
}
