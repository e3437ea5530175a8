/**
 * Runs `write` over whatever gathered while the last write ran, so that concurrent callers share one sync.
 * After a failed write nothing is written any more: every later `add` fails with the same error.
 */
export class GroupCommit<Item> {
  readonly #write: (batch: readonly Item[]) => Promise<void>;
  readonly #maxItems: number;
  #queue: { item: Item; resolve: () => void; reject: (error: unknown) => void }[] = [];
  #running: Promise<void> | null = null;
  #failure: { error: unknown } | null = null;

  /** @param maxItems most items in one write */
  constructor(write: (batch: readonly Item[]) => Promise<void>, maxItems: number) {
    this.#write = write;
    this.#maxItems = maxItems;
  }

  /** Resolves once `item` is written. Items are written in the order of the calls. */
  add(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure.error);
        return;
      }
      this.#queue.push({ item, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves once all that was added is written, or writing has failed. */
  async flush(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async #run(): Promise<void> {
    // One turn of the event loop lets callers of the same moment join the first write.
    await Promise.resolve();
    while (this.#queue.length > 0 && this.#failure === null) {
      const batch = this.#queue.splice(0, this.#maxItems);
      try {
        await this.#write(batch.map((waiting) => waiting.item));
        for (const waiting of batch) waiting.resolve();
      } catch (error) {
        this.#failure = { error };
        for (const waiting of [...batch, ...this.#queue.splice(0)]) waiting.reject(error);
      }
    }
    this.#running = null;
  }
}
