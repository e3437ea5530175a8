import { join } from "node:path";
import { crc32 } from "node:zlib";
import { TaplineError } from "@tapline/core/kernel";
import { decodeRecord, type LogRecord } from "./record.ts";

const magic = Buffer.from("TAPOUTB1", "latin1");
/** magic, u64 epoch, u64 file number, u32 CRC seed of the records, u32 CRC-32 of the bytes before. */
const headBytes = 32;

export type Head = { number: number; epoch: number; seed: number };

/** A record and where it lies: from byte `at` up to `end`. */
export type PlacedRecord = { record: LogRecord; at: number; end: number };

/** What the bytes of a file say. */
export type ParsedLog = {
  head: Head;
  records: PlacedRecord[];
  /** Where the whole records end; what follows is a write that was cut short, is under way, or is damage. */
  end: number;
  /** Where whole records follow after something unreadable: damage, and no torn write. Null otherwise. */
  laterRecordAt: number | null;
};

export function pathOfLog(dir: string, number: number): string {
  return join(dir, `outbox-${number}.log`);
}

/** The number in a file's name, or `null` where it is no log. */
export function numberOfLog(name: string): number | null {
  const match = /^outbox-(\d{1,15})\.log$/.exec(name);
  return match === null ? null : Number(match[1]);
}

export function encodeHead(head: Head): Buffer {
  const bytes = Buffer.alloc(headBytes);
  magic.copy(bytes);
  bytes.writeBigUInt64BE(BigInt(head.epoch), 8);
  bytes.writeBigUInt64BE(BigInt(head.number), 16);
  bytes.writeUInt32BE(head.seed, 24);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 28)), 28);
  return bytes;
}

/**
 * Reads the bytes of file `number`, up to the first byte that is no whole record.
 * @throws corrupt where head or first record (a snapshot) are unreadable: they appear whole, so no crash leaves them so
 */
export function parseLog(path: string, number: number, bytes: Buffer): ParsedLog {
  const head = decodeHead(bytes);
  if (head === null || head.number !== number) throw damaged(path, 0, "its head is unreadable");
  const records: PlacedRecord[] = [];
  let at = headBytes;
  for (let found = decodeRecord(bytes, at, head.seed); found !== null; ) {
    records.push({ record: found.record, at, end: found.end });
    at = found.end;
    found = decodeRecord(bytes, at, head.seed);
  }
  if (records[0]?.record.kind !== "snapshot")
    throw damaged(path, headBytes, "its first record is unreadable");
  let later = at + 1;
  while (later < bytes.length && decodeRecord(bytes, later, head.seed) === null) later += 1;
  return { head, records, end: at, laterRecordAt: later < bytes.length ? later : null };
}

/** @param at the byte where the damage begins */
export function damaged(path: string, at: number, what: string): TaplineError {
  return new TaplineError("corrupt", `the outbox file ${path} is damaged at byte ${at}: ${what}`, {
    remedy:
      "nothing was changed. Look at the disk's health, restore the file from a copy, or move the whole outbox " +
      "folder aside (its taps that have no receipt are then only there) and start again with an empty one",
    facts: { path, atByte: at },
  });
}

/** @throws corrupt where `parsed` has more after its whole records than a torn write of the newest file */
export function refuseDamage(path: string, parsed: ParsedLog, bytes: number, mayBeTorn: boolean): void {
  if (parsed.end < bytes && !mayBeTorn) throw damaged(path, parsed.end, "a record is unreadable");
  if (parsed.laterRecordAt === null) return;
  const later = `a record is unreadable, while whole ones follow from byte ${parsed.laterRecordAt}`;
  throw damaged(path, parsed.end, later);
}

function decodeHead(bytes: Buffer): Head | null {
  if (bytes.length < headBytes || !bytes.subarray(0, 8).equals(magic)) return null;
  if (bytes.readUInt32BE(28) !== crc32(bytes.subarray(0, 28))) return null;
  return {
    epoch: Number(bytes.readBigUInt64BE(8)),
    number: Number(bytes.readBigUInt64BE(16)),
    seed: bytes.readUInt32BE(24),
  };
}
