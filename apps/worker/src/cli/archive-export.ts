import { mkdir } from "node:fs/promises";
import { TaplineError } from "@tapline/core/kernel";
import { type ExportSummary, exportArchive } from "../care/export-archive.ts";
import { openArchives } from "../wire/commands/open-archives.ts";
import { type PlaceOptions, placesOf, readTrust } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { count } from "./count.ts";
import { findDataDir } from "./find-data-dir.ts";
import { type ProgressOptions, watchedPlaces } from "./progress.ts";
import { type RackOptions, readRack } from "./read-rack.ts";
import { tellPassedOver } from "./tell-passed-over.ts";

interface Options extends PlaceOptions, ProgressOptions, RackOptions {
  readonly out: string;
  readonly parquet?: boolean;
  readonly ndjson?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly maxTaps: number;
  readonly trust?: string;
  readonly json?: boolean;
}

export async function exportTaps(options: Options): Promise<void> {
  if ((options.parquet === true) === (options.ndjson === true))
    throw new TaplineError("invalid-input", "name the files' form: --parquet or --ndjson");
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const trust = await readTrust(options.trust, dataDir);
  const keys = await readRack(options, dataDir);
  const wish = {
    ...{ format: options.parquet === true ? ("parquet" as const) : ("ndjson" as const), outDir: options.out },
    sinceDay: options.since ?? "",
    untilDay: options.until ?? "",
    maxTapsPerFile: Math.max(1, options.maxTaps),
  };
  const { places, stop } = watchedPlaces(await placesOf(options, dataDir), options);
  const source = openArchives(places, tellPassedOver());
  try {
    await mkdir(options.out, { recursive: true, mode: 0o700 });
    const parts = { source, keys, trust: { rootPems: [trust], crlPems: [trust] } };
    const summary = await exportArchive(wish, parts, {
      onFailure: ({ object, message }) => process.stderr.write(`failed: ${object}: ${message}\n`),
      onClosed: ({ message }) => process.stderr.write(`closed: ${message}\n`),
    });
    process.stdout.write(
      `${options.json === true ? JSON.stringify(summary) : sentence(summary, options.out)}\n`,
    );
    if (summary.failed.length > 0) process.exitCode = 2;
    else if (summary.closed.length > 0) process.exitCode = 1;
  } finally {
    stop();
    await source.close();
  }
}

function sentence({ segments, taps, files, failed, closed }: ExportSummary, out: string): string {
  const exported = segments - failed.length - closed.length;
  const others = `${count(failed.length, "segment")} failed${closed.length === 0 ? "" : `, ${closed.length} are closed`}`;
  return `${count(taps, "tap")} of ${count(exported, "segment")} in ${count(files.length, "file")} in ${out}; ${others}`;
}
