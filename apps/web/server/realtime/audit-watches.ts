import { setTimeout as sleep } from "node:timers/promises";
import type { AuditEntries, EntryFilter } from "@tapline/adapters/prisma";
import { messageOf } from "@tapline/core/kernel";
import type { Logger } from "pino";
import type { AuditBatch } from "../../contracts/events.ts";

/** What is told of new entries. */
export interface AuditWatcher {
  filter: EntryFilter;
  /** Place of the first entry that it has not been told of. */
  next: number;
  /** Settles once the batch has arrived. @throws where it did not */
  tell: (batch: AuditBatch) => Promise<void>;
  /** Called once where it did not arrive, or could not be read. */
  lost: () => void;
}

export interface AuditWatchesOptions {
  entries: Pick<AuditEntries, "placed" | "firstPlaced">;
  logger: Logger;
  signal: AbortSignal;
}

const lookEveryMs = 250;
const pauseAfterErrorMs = 2_000;
const entriesPerBatch = 100;

/**
 * Tells watchers of entries as they get their places in the log. Of each it knows a filter and a place, and has at most one batch
 * on its way: who is slow waits for nobody and nobody for them, and nothing is kept for them. Looks only while somebody watches.
 */
export class AuditWatches {
  readonly #options: AuditWatchesOptions;
  readonly #watchers = new Set<AuditWatcher>();
  readonly #busy = new Set<AuditWatcher>();
  #looking: Promise<void> = Promise.resolve();
  #isLooking = false;

  constructor(options: AuditWatchesOptions) {
    this.#options = options;
  }

  add(watcher: AuditWatcher): void {
    this.#watchers.add(watcher);
    if (!this.#isLooking) this.#looking = this.#look();
  }

  delete(watcher: AuditWatcher): void {
    this.#watchers.delete(watcher);
  }

  /** Settles once it looks no more: after the signal, or when nobody watches. */
  async ended(): Promise<void> {
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { entries, logger, signal } = this.#options;
    this.#isLooking = true;
    while (this.#watchers.size > 0 && !signal.aborted) {
      let pauseMs = lookEveryMs;
      try {
        const size = await entries.placed();
        for (const watcher of this.#watchers) void this.#catchUp(watcher, size);
      } catch (error) {
        logger.warn({ err: messageOf(error) }, "the audit log cannot be watched");
        pauseMs = pauseAfterErrorMs;
      }
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
    this.#isLooking = false;
  }

  async #catchUp(watcher: AuditWatcher, size: number): Promise<void> {
    if (this.#busy.has(watcher)) return;
    this.#busy.add(watcher);
    try {
      while (watcher.next < size && this.#watchers.has(watcher)) await this.#tellNext(watcher, size);
    } catch (error) {
      this.#options.logger.warn({ err: messageOf(error) }, "audit entries did not reach a browser");
      if (this.#watchers.delete(watcher)) watcher.lost();
    } finally {
      this.#busy.delete(watcher);
    }
  }

  async #tellNext(watcher: AuditWatcher, size: number): Promise<void> {
    const range = { start: watcher.next, end: size };
    const found = await this.#options.entries.firstPlaced(watcher.filter, range, entriesPerBatch);
    const places = [...found.entries.map(({ index }) => index), ...found.unreadable];
    const next = places.length < entriesPerBatch ? size : Math.max(...places) + 1;
    if (!this.#watchers.has(watcher)) return;
    if (places.length > 0) await watcher.tell({ ...found, next });
    watcher.next = next;
  }
}
