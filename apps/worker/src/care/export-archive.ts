import { join } from "node:path";
import { type KeyRack, openEnvelope } from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import { archivedDays, checkContents, listDay, recordsIn, runsOf } from "@tapline/core/transfer";
import { failureOf, type RestoreFailure, type RestoreTeller } from "../cli/restore/restore-archive.ts";
import { writeWhole } from "../cli/restore/write-whole.ts";
import type { ArchiveSource } from "./archive-source.ts";
import { columnsOf, type ExportedTap, toExported } from "./export-columns.ts";
import { type ManifestTrust, readVerifiedManifest, unpackObject } from "./read-archived.ts";
import { ClosedObjectError, readObjectFor } from "./read-rewrap.ts";

/** What the files are: columns for tables, or the archive's own lines. */
export type ExportFormat = "parquet" | "ndjson";

export type ExportWish = {
  readonly format: ExportFormat;
  readonly outDir: string;
  /** `YYYY/MM/DD`, both included; "" = no bound. */
  readonly sinceDay: string;
  readonly untilDay: string;
  /** Taps in one file at most. A day with more of them gets several. */
  readonly maxTapsPerFile: number;
};

export type ExportSummary = {
  readonly segments: number;
  readonly taps: number;
  readonly files: readonly string[];
  /** Segments that are not as they were archived: nothing of them is in any file. */
  readonly failed: readonly RestoreFailure[];
  /** Segments that no key at hand opens: nothing of them is in any file. */
  readonly closed: readonly RestoreFailure[];
};

type Parts = ManifestTrust & { readonly source: ArchiveSource; readonly keys: KeyRack };
type Batch = { lines: Buffer[]; taps: ExportedTap[]; count: number };

/**
 * Writes the archive's taps into files, `taps-<YYYY-MM-DD>[.<n>].<format>`, by the UTC day in which they were cut. Each
 * segment is verified to the last line before anything of it is written; a file appears whole or not at all. Holds one
 * file's taps at a time.
 */
export async function exportArchive(
  wish: ExportWish,
  parts: Parts,
  tell: RestoreTeller,
): Promise<ExportSummary> {
  const [files, failed, closed]: [string[], RestoreFailure[], RestoreFailure[]] = [[], [], []];
  const sum = { segments: 0, taps: 0 };
  const fail = (segment: string, error: unknown): void => {
    if (!(error instanceof TaplineError) || error.code === "unavailable") throw error;
    const failure = failureOf(segment, error);
    const isClosed = error instanceof ClosedObjectError;
    (isClosed ? closed : failed).push(failure);
    tell[isClosed ? "onClosed" : "onFailure"](failure);
  };
  for await (const day of archivedDays(parts.source.reader, wish.sinceDay)) {
    if (wish.untilDay !== "" && day > wish.untilDay) break;
    const written = await exportDay(day, wish, parts, fail);
    sum.segments += written.segments;
    sum.taps += written.taps;
    files.push(...written.files);
  }
  return { ...sum, files, failed, closed };
}

async function exportDay(
  day: string,
  wish: ExportWish,
  parts: Parts,
  fail: (segment: string, error: unknown) => void,
): Promise<Pick<ExportSummary, "segments" | "taps" | "files">> {
  const files: string[] = [];
  let [batch, segments, taps]: [Batch, number, number] = [emptyBatch(), 0, 0];
  const flush = async (): Promise<void> => {
    if (batch.count > 0) files.push(await writeBatch(batch, day, files.length, wish));
    batch = emptyBatch();
  };
  for (const [segment, { manifest }] of (await listDay(parts.source.reader, day)).segments) {
    if (manifest === null) continue;
    segments += 1;
    try {
      const read = await readLines(segment, parts);
      if (batch.count + read.taps > wish.maxTapsPerFile) await flush();
      addSegment(batch, segment, read.lines, wish.format);
      taps += read.taps;
    } catch (error) {
      fail(segment, error);
    }
  }
  await flush();
  return { segments, taps, files };
}

async function readLines(segment: string, parts: Parts): Promise<{ lines: Buffer; taps: number }> {
  return await parts.source.fromAny(async (archive) => {
    const { manifest } = await readVerifiedManifest(archive, segment, parts);
    const { object, key } = await readObjectFor(archive, manifest, parts.keys, parts);
    const lines = await unpackObject(openEnvelope(object, key), manifest);
    const { taps } = checkContents(lines, runsOf(manifest));
    return { lines, taps };
  });
}

function emptyBatch(): Batch {
  return { lines: [], taps: [], count: 0 };
}

function addSegment(batch: Batch, segment: string, lines: Buffer, format: ExportFormat): void {
  if (format === "ndjson") {
    batch.lines.push(lines);
    for (let at = lines.indexOf(10); at !== -1; at = lines.indexOf(10, at + 1)) batch.count += 1;
    return;
  }
  for (const record of recordsIn(lines)) batch.taps.push(toExported(record, segment));
  batch.count = batch.taps.length;
}

async function writeBatch(
  batch: Batch,
  day: string,
  number: number,
  { format, outDir }: ExportWish,
): Promise<string> {
  const name = `taps-${day.replaceAll("/", "-")}${number === 0 ? "" : `.${number}`}.${format}`;
  const bytes = format === "ndjson" ? Buffer.concat(batch.lines) : await parquetOf(batch.taps);
  await writeWhole(join(outDir, name), bytes);
  return name;
}

async function parquetOf(taps: readonly ExportedTap[]): Promise<Uint8Array> {
  // Loaded by who exports, alone: no other command waits for it.
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  return new Uint8Array(parquetWriteBuffer({ columnData: columnsOf(taps) }));
}
