import { isNoSpace, LogFile } from "./log-file.ts";
import type { Snapshot } from "./record.ts";

/** The files of an outbox, oldest first: grows at one end and is deleted from the other. */
export class FileChain {
  readonly #dir: string;
  readonly #epoch: number;
  readonly #fileBytes: number;
  readonly #files: LogFile[];

  /** @param fileBytes size at which the newest file is left for a new one */
  constructor(dir: string, epoch: number, fileBytes: number, files: readonly LogFile[]) {
    this.#dir = dir;
    this.#epoch = epoch;
    this.#fileBytes = fileBytes;
    this.#files = [...files];
  }

  get bytes(): number {
    return this.#files.reduce((sum, file) => sum + file.size, 0);
  }

  /** The newest file, or a new one where it has grown to its size; `null` where the disk is full. */
  async withRoom(snapshot: Snapshot): Promise<LogFile | null> {
    const newest = this.#files.at(-1);
    if (newest !== undefined && newest.size < this.#fileBytes) return newest;
    try {
      const file = await LogFile.create(this.#dir, (newest?.number ?? 0) + 1, this.#epoch, snapshot);
      this.#files.push(file);
      return file;
    } catch (error) {
      if (isNoSpace(error)) return null;
      throw error;
    }
  }

  /**
   * Deletes files whose taps all have their end. Oldest first alone: what a file says of older files' taps is needed
   * as long as those are there.
   * @param evenUnwritten also where the ends are not on disk yet: were we killed now, the totals would miss them
   * @returns true where room was made
   */
  async dropSettled(evenUnwritten: boolean): Promise<boolean> {
    let dropped = false;
    while (this.#files.length > 1) {
      const oldest = this.#files[0];
      if (oldest === undefined || oldest.unsettled > 0) break;
      if (oldest.unsettledOnDisk > 0 && !evenUnwritten) break;
      await oldest.remove();
      this.#files.shift();
      dropped = true;
    }
    return dropped;
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()));
  }
}
