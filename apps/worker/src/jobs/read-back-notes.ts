import type { ReadBacks, StoredObject } from "@tapline/adapters/prisma";
import { segmentOfFile } from "@tapline/core/transfer";

/** An upload that nobody recorded for so long never will be: its segment was cut again. */
const forgetAfterMs = 10 * 60_000;
const mostWaiting = 20_000;

/**
 * What this process uploaded and read back, on its way into the index: noted many at a time, once their segments are
 * recorded. What a killed process had not noted counts as not read back, which errs on the safe side.
 */
export class ReadBackNotes {
  readonly #clock: () => number;
  #waiting: { readonly object: StoredObject; readonly atEpochMs: number }[] = [];

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** A file was written to an archive; all but objects that were read back is passed over. */
  add(target: string, { path, readBack }: { readonly path: string; readonly readBack: boolean }): void {
    const found = segmentOfFile(path.slice(path.lastIndexOf("/") + 1));
    if (!readBack || found?.part !== "object" || this.#waiting.length >= mostWaiting) return;
    this.#waiting.push({ object: { segment: found.segment, target }, atEpochMs: this.#clock() });
  }

  /** Notes what is recorded by now; the rest waits for the next time, also where the database does not answer. */
  async flush(readBacks: Pick<ReadBacks, "note">): Promise<void> {
    const taken = this.#waiting;
    this.#waiting = [];
    try {
      const left = new Set(await readBacks.note(taken.map(({ object }) => object)));
      const since = this.#clock() - forgetAfterMs;
      this.#waiting.unshift(
        ...taken.filter(({ object, atEpochMs }) => left.has(object) && atEpochMs >= since),
      );
    } catch (error) {
      this.#waiting.unshift(...taken);
      throw error;
    }
  }
}
