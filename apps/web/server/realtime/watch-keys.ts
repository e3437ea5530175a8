import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@tapline/core/kernel";
import type { Logger } from "pino";
import type { KeyViews } from "../keys/key-views.ts";
import type { Realtime } from "./create-realtime.ts";

export interface KeyWatchOptions {
  /** Says by a text how keys, requests and workers are now. */
  read: () => Promise<string>;
  /** Whether a browser of this process shows keys. */
  isWatched: () => boolean;
  /** Something is other than before, or cannot be read: browsers ask anew. */
  changed: () => void;
  logger: Pick<Logger, "warn">;
}

const lookEveryMs = 1_000;

/** What keys were when browsers were last told. */
export class KeyWatch {
  readonly #options: KeyWatchOptions;
  /** `null` while nobody watches. */
  #told: string | null = null;
  #isAway = false;

  constructor(options: KeyWatchOptions) {
    this.#options = options;
  }

  /** One look: nothing is read while nobody watches. */
  async look(): Promise<void> {
    const { isWatched, read, changed, logger } = this.#options;
    if (!isWatched()) {
      this.#told = null;
      return;
    }
    try {
      const now = await read();
      if (now !== this.#told || this.#isAway) changed();
      this.#told = now;
      this.#isAway = false;
    } catch (error) {
      if (!this.#isAway) {
        logger.warn({ err: messageOf(error) }, "the key ring cannot be read");
        changed();
      }
      this.#isAway = true;
    }
  }
}

/** Tells browsers of this process that show keys when something is new of them, within a second. @returns settles after the signal */
export async function watchKeys(
  realtime: Realtime,
  keys: Pick<KeyViews, "mark">,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const listeners = realtime.local.to("keys");
  const watch = new KeyWatch({
    logger,
    read: () => keys.mark(),
    isWatched: () => (realtime.sockets.adapter.rooms.get("keys")?.size ?? 0) > 0,
    changed: () => listeners.emit("keysChanged"),
  });
  while (!signal.aborted) {
    await watch.look();
    await sleep(lookEveryMs, undefined, { signal }).catch(() => {});
  }
}
