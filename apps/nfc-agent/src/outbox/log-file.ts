import { randomInt } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { replaceFile, syncDirectory } from "../durable-file.ts";
import {
  damaged,
  encodeHead,
  type Head,
  type PlacedRecord,
  parseLog,
  pathOfLog,
  refuseDamage,
} from "./log-format.ts";
import { decodeRecord, encodeRecord, type LogRecord, type Snapshot } from "./record.ts";

const noSpaceCodes: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG"];

/** What a file held when it was opened. */
export type Contents = {
  records: PlacedRecord[];
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

  /** Begins file `number`; it appears under its name whole, so a damaged head is never a crash's doing. */
  static async create(dir: string, number: number, epoch: number, snapshot: Snapshot): Promise<LogFile> {
    const head: Head = { number, epoch, seed: randomInt(2 ** 32) };
    const path = pathOfLog(dir, number);
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
    const path = pathOfLog(dir, number);
    const handle = await open(path, "r+");
    try {
      const bytes = await handle.readFile();
      const parsed = parseLog(path, number, bytes);
      refuseDamage(path, parsed, bytes.length, mayBeTorn);
      const { head, records, end } = parsed;
      if (end < bytes.length) {
        await handle.truncate(end);
        await handle.sync();
      }
      const contents = { records, tornBytes: bytes.length - end };
      return { file: new LogFile(path, head, handle, end), contents };
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
