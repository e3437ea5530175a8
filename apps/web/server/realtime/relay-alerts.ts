import { setTimeout as sleep } from "node:timers/promises";
import type { AlertStreams, HeardNews } from "@tapline/adapters/redis";
import type { AlertNews } from "@tapline/core/alerts";
import { messageOf } from "@tapline/core/kernel";
import type { Redis } from "ioredis";
import type { Logger } from "pino";

export interface AlertRelayOptions {
  streams: Pick<AlertStreams, "newest" | "follow">;
  /** A connection of its own: the reading blocks it. */
  redis: Redis;
  /** To the browsers of this process. */
  emit: (news: AlertNews) => void;
  /** Some news may not have been read: browsers are to ask anew. */
  missed: () => void;
  logger: Logger;
  signal: AbortSignal;
}

const blockMs = 2_000;
const pauseAfterErrorMs = 500;

/**
 * Hands what becomes of alerts to the browsers of this process. Each process reads all of it by itself: a broadcast between processes
 * would cost another way through Redis, and keep a flood there a second time. Ends when `signal` does.
 */
export async function relayAlerts(options: AlertRelayOptions): Promise<void> {
  const { streams, redis, logger, signal } = options;
  let after: string | null = null;
  let isFirst = true;
  // A command that waits is sent again by itself. But Redis may be back without what it held, and its entries count anew.
  redis.on("ready", () => {
    after = null;
  });
  while (!signal.aborted) {
    try {
      if (after === null) {
        after = await streams.newest();
        if (!isFirst) options.missed();
        isFirst = false;
      }
      const heard: HeardNews[] = await streams.follow(redis, after, blockMs);
      if (signal.aborted) return;
      const isBack = after === null;
      for (const { entry, news } of heard) {
        if (!isBack) after = entry;
        if (news === null) logger.warn({ entry }, "news of alerts is not readable");
        else options.emit(news);
      }
    } catch (error) {
      if (signal.aborted) return;
      logger.warn({ err: messageOf(error) }, "the stream of alerts cannot be read");
      after = null;
      await sleep(pauseAfterErrorMs, undefined, { signal }).catch(() => {});
    }
  }
}
