import { crc32 } from "node:zlib";

/** Counts over the outbox's whole life. */
export type Totals = { taps: number; archived: number; duplicates: number; rejected: number };

/**
 * How a tap left: by its end, or `released` before it, where the configured rung of the ack ladder asks for less than
 * the archive. Released taps are those of the totals' taps that neither wait nor are counted elsewhere.
 */
export type Outcome = "archived" | "duplicate" | "rejected" | "released";

/** The part of a tap that the outbox keeps. */
export type TapRecord = { seq: number; readAtEpochMs: number; reader: string; raw: Buffer };

/** Stands first in every file: what had been counted when the file began. */
export type Snapshot = { nextSeq: number; totals: Totals };

export type LogRecord =
  | { kind: "snapshot"; snapshot: Snapshot }
  | { kind: "tap"; tap: TapRecord }
  | { kind: "settled"; settled: readonly { seq: number; outcome: Outcome }[] };

/** [u32 length][u32 CRC-32][u8 kind]; the length counts from the kind on. All numbers are big-endian. */
export const recordHeadBytes = 9;
/** Longest record taken when reading: far above the largest tap, far below what could hurt. */
const maxRecordBytes = 256 * 1024;

const kinds = { snapshot: 1, tap: 2, settled: 3 } as const;
const outcomes: readonly Outcome[] = ["archived", "duplicate", "rejected", "released"];
const settledBytes = 9;
const snapshotBytes = 40;
const tapHeadBytes = 18;

/**
 * @param seed the file's own start value of the CRC: bytes on a tag cannot be made to look like a record, since
 *   whoever wrote them does not know it
 */
export function encodeRecord(record: LogRecord, seed: number): Buffer {
  const body = encodeBody(record);
  const frame = Buffer.allocUnsafe(recordHeadBytes + body.length);
  frame.writeUInt32BE(1 + body.length, 0);
  frame[8] = kinds[record.kind];
  body.copy(frame, recordHeadBytes);
  frame.writeUInt32BE(crc32(frame.subarray(8), seed), 4);
  return frame;
}

/** The record that begins at `at` and its end, or `null` where there is no whole and undamaged one. */
export function decodeRecord(
  bytes: Buffer,
  at: number,
  seed: number,
): { record: LogRecord; end: number } | null {
  if (at + recordHeadBytes > bytes.length) return null;
  const length = bytes.readUInt32BE(at);
  const end = at + 8 + length;
  if (length < 1 || length > maxRecordBytes || end > bytes.length) return null;
  const body = bytes.subarray(at + 8, end);
  if (crc32(body, seed) !== bytes.readUInt32BE(at + 4)) return null;
  const record = decodeBody(body[0] ?? 0, body.subarray(1));
  return record === null ? null : { record, end };
}

function encodeBody(record: LogRecord): Buffer {
  if (record.kind === "snapshot") {
    const { nextSeq, totals } = record.snapshot;
    const body = Buffer.allocUnsafe(snapshotBytes);
    const fields = [nextSeq, totals.taps, totals.archived, totals.duplicates, totals.rejected];
    fields.forEach((field, index) => {
      writeCounter(body, field, index * 8);
    });
    return body;
  }
  if (record.kind === "settled") {
    const body = Buffer.allocUnsafe(record.settled.length * settledBytes);
    record.settled.forEach(({ seq, outcome }, index) => {
      writeCounter(body, seq, index * settledBytes);
      body[index * settledBytes + 8] = outcomes.indexOf(outcome);
    });
    return body;
  }
  const { seq, readAtEpochMs, reader, raw } = record.tap;
  const name = Buffer.from(reader, "utf8");
  const body = Buffer.allocUnsafe(tapHeadBytes + name.length + raw.length);
  writeCounter(body, seq, 0);
  writeCounter(body, readAtEpochMs, 8);
  body.writeUInt16BE(name.length, 16);
  name.copy(body, tapHeadBytes);
  raw.copy(body, tapHeadBytes + name.length);
  return body;
}

function decodeBody(kind: number, body: Buffer): LogRecord | null {
  if (kind === kinds.tap) return decodeTapBody(body);
  if (kind === kinds.settled) return decodeSettledBody(body);
  if (kind !== kinds.snapshot || body.length !== snapshotBytes) return null;
  const totals = {
    taps: readCounter(body, 8),
    archived: readCounter(body, 16),
    duplicates: readCounter(body, 24),
    rejected: readCounter(body, 32),
  };
  return { kind: "snapshot", snapshot: { nextSeq: readCounter(body, 0), totals } };
}

function decodeTapBody(body: Buffer): LogRecord | null {
  if (body.length < tapHeadBytes) return null;
  const rawAt = tapHeadBytes + body.readUInt16BE(16);
  if (rawAt > body.length) return null;
  const reader = body.toString("utf8", tapHeadBytes, rawAt);
  const raw = body.subarray(rawAt);
  return {
    kind: "tap",
    tap: { seq: readCounter(body, 0), readAtEpochMs: readCounter(body, 8), reader, raw },
  };
}

function decodeSettledBody(body: Buffer): LogRecord | null {
  if (body.length % settledBytes !== 0) return null;
  const settled: { seq: number; outcome: Outcome }[] = [];
  for (let at = 0; at < body.length; at += settledBytes) {
    const outcome = outcomes[body[at + 8] ?? outcomes.length];
    if (outcome === undefined) return null;
    settled.push({ seq: readCounter(body, at), outcome });
  }
  return { kind: "settled", settled };
}

function writeCounter(bytes: Buffer, value: number, at: number): void {
  bytes.writeBigUInt64BE(BigInt(value), at);
}

function readCounter(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64BE(at));
}
