import { mkdir } from "node:fs/promises";
import { TaplineError } from "@tapline/core/kernel";
import { type ExportSummary, exportArchive } from "../care/export-archive.ts";
import { openArchives } from "../wire/commands/open-archives.ts";
import { type PlaceOptions, placesOf, readPki } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { dayFolder, wholeNumber } from "./parse-options.ts";
import { tellPassedOver } from "./tell-passed-over.ts";

interface Options extends PlaceOptions {
  readonly out: string;
  readonly parquet?: boolean;
  readonly ndjson?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly maxTaps: string;
  readonly cert?: string;
  readonly key?: string;
  readonly trust?: string;
  readonly json?: boolean;
}

export async function exportTaps(options: Options): Promise<void> {
  if ((options.parquet === true) === (options.ndjson === true))
    throw new TaplineError("invalid-input", "name the files' form: --parquet or --ndjson");
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const trust = await readPki(options.trust, dataDir, "trust");
  const recipient = {
    certPem: await readPki(options.cert, dataDir, "cert"),
    keyPem: await readPki(options.key, dataDir, "key"),
  };
  const wish = {
    ...{ format: options.parquet === true ? ("parquet" as const) : ("ndjson" as const), outDir: options.out },
    sinceDay: options.since === undefined ? "" : dayFolder(options.since, "--since"),
    untilDay: options.until === undefined ? "" : dayFolder(options.until, "--until"),
    maxTapsPerFile: Math.max(1, wholeNumber(options.maxTaps, "--max-taps")),
  };
  const source = openArchives(await placesOf(options, dataDir), tellPassedOver());
  try {
    await mkdir(options.out, { recursive: true, mode: 0o700 });
    const parts = { source, recipient, trust: { rootPems: [trust], crlPems: [trust] } };
    const summary = await exportArchive(wish, parts, ({ object, message }) => {
      process.stderr.write(`failed: ${object}: ${message}\n`);
    });
    process.stdout.write(
      `${options.json === true ? JSON.stringify(summary) : sentence(summary, options.out)}\n`,
    );
    if (summary.failed.length > 0) process.exitCode = 2;
  } finally {
    await source.close();
  }
}

function sentence({ segments, taps, files, failed }: ExportSummary, out: string): string {
  return `${taps} taps of ${segments - failed.length} segments in ${files.length} files in ${out}; ${failed.length} segments failed`;
}
