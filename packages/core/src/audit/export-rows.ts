import { canonicalJson } from "../kernel/index.ts";
import { readableEntry } from "./entry.ts";
import { leafHash } from "./merkle.ts";
import { forged } from "./proof-error.ts";

/** How exported entries are written. */
export const exportForms = ["ndjson", "csv"] as const;
export type ExportForm = (typeof exportForms)[number];

/** Lines of one form; all end in a line feed, which is not part of what is given here. */
export type ExportRows = {
  /** What stands before the first entry, line by line. */
  readonly head: readonly string[];
  /**
   * @param index the entry's place in the log
   * @param bytes the entry as it was sealed
   * @returns null where these are no entry, so that no line could hold them
   */
  readonly write: (index: number, bytes: Uint8Array) => Buffer | null;
  /** The leaf hash of the entry that a line is of. @throws ProofError `forged` where `write` would not have written this line */
  readonly leafOf: (index: number, line: Uint8Array) => Buffer;
};

const columns = ["index", "time", "actor_kind", "actor", "action", "subject", "reason", "id", "entry"];
const lineFeed = 0x0a;
const lastCell = ',"{""';

/**
 * The forms in which entries are exported:
 * - `ndjson`: the sealed entry itself, so that SHA-256(0x00 · line) is its leaf.
 * - `csv` (RFC 4180): cells for people, in which nothing that a spreadsheet would calculate is left as it is, and as the last
 *   one the whole entry as JSON, by which a line is checked.
 */
export const exportRows: Readonly<Record<ExportForm, ExportRows>> = {
  ndjson: {
    head: [],
    write: (_index, bytes) => (bytes.includes(lineFeed) ? null : Buffer.from(bytes)),
    leafOf: (_index, line) => leafHash(line),
  },
  csv: {
    head: [`${columns.map(quoted).join(",")}\r`],
    write: csvRow,
    leafOf: csvLeaf,
  },
};

function csvRow(index: number, bytes: Uint8Array): Buffer | null {
  const entry = readableEntry(bytes);
  if (entry === null) return null;
  const { atEpochMs, actor, action, subject, reason, id } = entry;
  const time = new Date(atEpochMs).toISOString();
  const cells = [String(index), time, actor.kind, actor.id, action, subject, reason ?? "", id].map(plain);
  return Buffer.from(`${[...cells, jsonCell(bytes)].map(quoted).join(",")}\r`);
}

function csvLeaf(index: number, line: Uint8Array): Buffer {
  const text = Buffer.from(line).toString("utf8");
  // In the last cell every quotation mark is doubled, so this stands nowhere behind its beginning.
  const json = text.slice(text.lastIndexOf(lastCell) + 2, -2).replaceAll('""', '"');
  const written = rewritten(index, json);
  if (written === null || !written.row.equals(line))
    throw forged(`the line of entry ${index} is not as it was exported`);
  return leafHash(written.entry);
}

function rewritten(index: number, json: string): { entry: Buffer; row: Buffer } | null {
  try {
    const entry = canonicalJson(JSON.parse(json));
    const row = csvRow(index, entry);
    return row === null ? null : { entry, row };
  } catch {
    return null;
  }
}

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}

/**
 * A cell that no spreadsheet calculates: one that begins as a formula gets an apostrophe before it, also behind what some take
 * for the end of a cell, and behind quotation marks, which they then take off (OWASP, CSV injection); control characters, line
 * ends among them, become spaces.
 */
function plain(cell: string): string {
  return cell.replace(/\p{Cc}/gu, " ").replace(/(^|[;|])([\s"']*[=+\-@＝＋－＠])/g, "$1'$2");
}

/** The same JSON; it has these two characters in strings alone, where they may be escaped. */
const jsonCell = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString("utf8").replaceAll(";", "\\u003b").replaceAll("|", "\\u007c");
