import { randomInt } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { TaplineError } from "@tapline/core/kernel";
import { replaceFile, syncDirectory } from "../durable-file.ts";
import { decodeRecord, encodeRecord, type LogRecord, type Snapshot } from "./record.ts";

const magic = Buffer.from("TAPOUTB1", "latin1");
/** magic, u64 epoch, u64 file number, u32 CRC seed of the records, u32 CRC-32 of the bytes before. */
const headBytes = 32;

const noSpaceCodes: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG"];

/** What a file held when it was opened. */
export type Contents = {
  records: { record: LogRecord; at: number; end: number }[];
  /** Bytes of an unfinished last record that were cut off. */
  tornBytes: number;
};

/** One file `outbox-<n>.log`: appended to, synced, at last deleted. Nothing in it is ever rewritten. */
export class LogFile {
  readonly number: number;
  readonly epoch: number;
  readonly path: string;
  /** Taps in this file that still wait for their end. */
  unsettled = 0;
  /** The same, by what is on disk: an end is known before it is written. */
  unsettledOnDisk = 0;
  readonly #seed: number;
  readonly #handle: FileHandle;
  #size: number;

  private constructor(path: string, head: Head, handle: FileHandle, size: number) {
    this.path = path;
    this.number = head.number;
    this.epoch = head.epoch;
    this.#seed = head.seed;
    this.#handle = handle;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  static pathOf(dir: string, number: number): string {
    return join(dir, `outbox-${number}.log`);
  }

  /** The number in a file's name, or `null` where it is no log. */
  static numberOf(name: string): number | null {
    const match = /^outbox-(\d{1,15})\.log$/.exec(name);
    return match === null ? null : Number(match[1]);
  }

  /** Begins file `number`; it appears under its name whole, so a damaged head is never a crash's doing. */
  static async create(dir: string, number: number, epoch: number, snapshot: Snapshot): Promise<LogFile> {
    const head: Head = { number, epoch, seed: randomInt(2 ** 32) };
    const path = LogFile.pathOf(dir, number);
    const first = Buffer.concat([encodeHead(head), encodeRecord({ kind: "snapshot", snapshot }, head.seed)]);
    await replaceFile(path, first);
    return new LogFile(path, head, await open(path, "r+"), first.length);
  }

  /**
   * Opens a file of an earlier run.
   * @param mayBeTorn true for the newest file, whose last write a crash may have cut short
   * @throws corrupt for any other damage; the file is left as it is
   */
  static async open(
    dir: string,
    number: number,
    mayBeTorn: boolean,
  ): Promise<{ file: LogFile; contents: Contents }> {
    const path = LogFile.pathOf(dir, number);
    const handle = await open(path, "r+");
    try {
      const bytes = await handle.readFile();
      const head = decodeHead(bytes);
      if (head === null || head.number !== number) throw damaged(path, 0, "its head is unreadable");
      const contents = readRecords(path, bytes, head.seed, mayBeTorn);
      const size = bytes.length - contents.tornBytes;
      if (contents.tornBytes > 0) {
        await handle.truncate(size);
        await handle.sync();
      }
      return { file: new LogFile(path, head, handle, size), contents };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  encode(record: LogRecord): Buffer {
    return encodeRecord(record, this.#seed);
  }

  /**
   * Appends `frames` and syncs them. Where the disk is full the file is as before and `false` comes back.
   * @throws any other failure of the disk; what is on it is then unknown until the file is opened anew
   */
  async append(frames: readonly Buffer[]): Promise<boolean> {
    try {
      let at = this.#size;
      const bytes = frames.length === 1 && frames[0] !== undefined ? frames[0] : Buffer.concat(frames);
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, at);
        done += bytesWritten;
        at += bytesWritten;
      }
      await this.#handle.datasync();
      this.#size = at;
      return true;
    } catch (error) {
      if (!isNoSpace(error)) throw error;
      await this.#handle.truncate(this.#size);
      await this.#handle.datasync();
      return false;
    }
  }

  /** Reads one record back. @throws corrupt where it is not what was written */
  async read(at: number, end: number): Promise<LogRecord> {
    const bytes = Buffer.alloc(end - at);
    await this.#handle.read(bytes, 0, bytes.length, at);
    const found = decodeRecord(bytes, 0, this.#seed);
    if (found === null) throw damaged(this.path, at, "a record is no longer what was written");
    return found.record;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** Deletes the file; its name is gone for good when this returns. */
  async remove(): Promise<void> {
    await rm(this.path, { force: true });
    await syncDirectory(dirname(this.path));
    await this.#handle.close();
  }
}

export function isNoSpace(error: unknown): boolean {
  return error instanceof Error && "code" in error && noSpaceCodes.includes(error.code);
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

type Head = { number: number; epoch: number; seed: number };

function encodeHead(head: Head): Buffer {
  const bytes = Buffer.alloc(headBytes);
  magic.copy(bytes);
  bytes.writeBigUInt64BE(BigInt(head.epoch), 8);
  bytes.writeBigUInt64BE(BigInt(head.number), 16);
  bytes.writeUInt32BE(head.seed, 24);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 28)), 28);
  return bytes;
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

function readRecords(path: string, bytes: Buffer, seed: number, mayBeTorn: boolean): Contents {
  const records: Contents["records"] = [];
  let at = headBytes;
  for (let found = decodeRecord(bytes, at, seed); found !== null; found = decodeRecord(bytes, at, seed)) {
    records.push({ record: found.record, at, end: found.end });
    at = found.end;
  }
  if (records[0]?.record.kind !== "snapshot")
    throw damaged(path, headBytes, "its first record is unreadable");
  if (at < bytes.length && !mayBeTorn) throw damaged(path, at, "a record is unreadable");
  for (let later = at + 1; later < bytes.length; later++)
    if (decodeRecord(bytes, later, seed) !== null)
      throw damaged(path, at, `a record is unreadable, while whole ones follow from byte ${later}`);
  return { records, tornBytes: bytes.length - at };
}
