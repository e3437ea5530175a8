import { type ExportForm, ExportProver, exportRows, subtreeReader, widthAt } from "@tapline/core/audit";
import { canonicalJson, TaplineError } from "@tapline/core/kernel";
import type { AuditEntries } from "./audit-entries.ts";
import type { AuditLog } from "./audit-log.ts";
import type { EntryFilter, PlaceRange } from "./entry-queries.ts";

/** Writes on; waits while what takes it is behind. */
type Append = (bytes: Uint8Array | string) => Promise<void>;

export type AuditExportWish = {
  readonly form: ExportForm;
  readonly filter: EntryFilter;
  /** Places of the log; null = all of them. */
  readonly range: PlaceRange | null;
};

export type AuditExportSummary = {
  readonly entries: number;
  /** Entries that fit and were left out, since nobody can read them. */
  readonly unreadable: number;
  /** Entries whose reason was erased. */
  readonly erased: number;
  /** Of the log, by the checkpoint that vouches. */
  readonly size: number;
};

export type AuditExportParts = {
  readonly entries: Pick<AuditEntries, "eachPlaced">;
  readonly log: Pick<AuditLog, "head" | "tile">;
  /** Told how many entries were written so far. */
  readonly onProgress: (entries: number) => void;
};

/**
 * Where few entries fit each has hashes of its own to be read from all over the log, mostly from disk: for so many at once, which leaves
 * connections to others.
 */
const provenAtOnce = 4;

/** Where an export goes. */
export type AuditExportFiles = {
  readonly data: Append;
  readonly proof: Append;
  /** A line of JSON for each exported entry whose reason was erased: what is sealed cannot say it. */
  readonly erasures: Append;
};

/**
 * Writes the entries that fit, in the order of the log, and beside them the proof that each of them stands in it, under the newest
 * checkpoint. Holds some hundred entries at a time.
 * @throws TaplineError `not-found` where the log has no checkpoint yet, or does not reach the range
 */
export async function exportAudit(
  { form, filter, range }: AuditExportWish,
  { entries, log, onProgress }: AuditExportParts,
  { data, proof, erasures }: AuditExportFiles,
): Promise<AuditExportSummary> {
  const { cosigned, signed } = await log.head();
  if (signed === null) throw new TaplineError("not-found", "the log has no checkpoint yet");
  // The witness is a moment behind: what it has not seen can be proven by the log's own word.
  const kept = cosigned !== null && cosigned.size === signed.size ? cosigned : signed;
  const { size, note } = kept;
  if (range !== null && range.end > size)
    throw new TaplineError("not-found", `the log has ${size} entries, so its last one is ${size - 1}`, {
      remedy: "ask for a range up to it; the first entry is 0",
    });
  const prover = new ExportProver(
    size,
    subtreeReader((level, at) => log.tile(level, at, widthAt(level, at, size))),
  );
  const { head, write } = exportRows[form];
  for (const line of head) await data(`${line}\n`);
  await proof(prover.begin(form));
  let [count, unreadable, erased] = [0, 0, 0];
  await entries.eachPlaced(filter, range ?? { start: 0, end: size }, async (page) => {
    const rows: Uint8Array[] = [];
    const taken: number[] = [];
    let text = "";
    let lines = "";
    for (const { index, bytes, erasure } of page) {
      const row = write(index, bytes);
      if (row === null) {
        unreadable += 1;
        continue;
      }
      taken.push(index);
      rows.push(row, lineEnd);
      count += 1;
      if (erasure === null) continue;
      lines += `${canonicalJson({ index, ...erasure })}\n`;
      erased += 1;
    }
    for (let at = 0; at < taken.length; at += provenAtOnce) {
      const some = taken.slice(at, at + provenAtOnce).map((index) => prover.take(index));
      text += (await Promise.all(some)).join("");
    }
    await data(Buffer.concat(rows));
    if (lines !== "") await erasures(lines);
    await proof(text);
    onProgress(count);
  });
  await proof(await prover.end(note));
  return { entries: count, unreadable, erased, size };
}

const lineEnd = Buffer.from("\n");
