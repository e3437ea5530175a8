import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@tapline/core/kernel";
import type { Redis } from "ioredis";
import type { Logger } from "pino";

/** A stream of Redis that is followed from now on. */
export interface Following<Heard extends { readonly entry: string }> {
  /** As a line of the log names it. */
  name: string;
  stream: {
    /** The entry up to which there is something; "0-0" where there is nothing. */
    newest: () => Promise<string>;
    /** What comes after an entry, oldest first; waits for it up to `blockMs`. */
    follow: (connection: Redis, after: string, blockMs: number) => Promise<Heard[]>;
  };
  /** A connection of its own: the reading blocks it. */
  redis: Redis;
  take: (heard: readonly Heard[]) => void;
  /** Some of it may not have been read. */
  missed: () => void;
  logger: Logger;
  signal: AbortSignal;
}

const blockMs = 2_000;
const pauseAfterErrorMs = 500;

/**
 * Takes what comes into a stream. Each process reads all of it by itself and tells its own browsers: a broadcast between processes
 * would cost another way through Redis, and keep everything there a second time. Ends when `signal` does.
 */
export async function followStream<Heard extends { readonly entry: string }>(
  following: Following<Heard>,
): Promise<void> {
  const { stream, redis, logger, signal } = following;
  let after: string | null = null;
  let isFirst = true;
  // A command that waits is sent again by itself. But Redis may be back without what it held, and its entries count anew.
  redis.on("ready", () => {
    after = null;
  });
  while (!signal.aborted) {
    try {
      if (after === null) {
        after = await stream.newest();
        if (!isFirst) following.missed();
        isFirst = false;
      }
      const heard: Heard[] = await unlessAborted(signal, stream.follow(redis, after, blockMs));
      if (signal.aborted) return;
      if (heard.length > 0) following.take(heard);
      if (after !== null) after = heard.at(-1)?.entry ?? after;
    } catch (error) {
      if (signal.aborted) return;
      logger.warn({ err: messageOf(error) }, `${following.name} cannot be read`);
      after = null;
      await sleep(pauseAfterErrorMs, undefined, { signal }).catch(() => {});
    }
  }
}

/** Settles as `asked` does, or rejects with the signal: what waits on a connection that is ended while Redis is away never settles. */
async function unlessAborted<T>(signal: AbortSignal, asked: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(signal.reason);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([asked, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
