import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@tapline/core/kernel";
import type { Logger } from "pino";
import { type MarkedTopic, markedTopics } from "../../contracts/events.ts";
import type { Realtime } from "./create-realtime.ts";

/** Says by a text how everything is that a page shows: another text where something is another. */
export interface Marked {
  mark: () => Promise<string>;
}

export interface MarkWatchOptions {
  topic: MarkedTopic;
  /** How it is now. */
  read: () => Promise<string>;
  /** Whether a browser of this process shows it. */
  isWatched: () => boolean;
  /** Something is other than before, or cannot be read: browsers ask anew. */
  changed: () => void;
  logger: Pick<Logger, "warn">;
}

const lookEveryMs = 1_000;

/** How something was when browsers were last told. */
export class MarkWatch {
  readonly #options: MarkWatchOptions;
  /** `null` while nobody watches. */
  #told: string | null = null;
  #isAway = false;

  constructor(options: MarkWatchOptions) {
    this.#options = options;
  }

  /** One look: nothing is read while nobody watches. */
  async look(): Promise<void> {
    const { topic, isWatched, read, changed, logger } = this.#options;
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
        logger.warn({ topic, err: messageOf(error) }, "what browsers show cannot be read");
        changed();
      }
      this.#isAway = true;
    }
  }
}

/** Tells browsers of this process that show something of these when it is new, within a second. @returns settles after the signal */
export async function watchMarks(
  realtime: Realtime,
  marked: Readonly<Record<MarkedTopic, Marked>>,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(markedTopics.map((topic) => watchMark(realtime, topic, marked[topic], logger, signal)));
}

async function watchMark(
  realtime: Realtime,
  topic: MarkedTopic,
  marked: Marked,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const listeners = realtime.local.to(topic);
  const watch = new MarkWatch({
    ...{ topic, logger, read: () => marked.mark() },
    isWatched: () => (realtime.sockets.adapter.rooms.get(topic)?.size ?? 0) > 0,
    changed: () => listeners.emit("changed", topic),
  });
  while (!signal.aborted) {
    await watch.look();
    await sleep(lookEveryMs, undefined, { signal }).catch(() => {});
  }
}
