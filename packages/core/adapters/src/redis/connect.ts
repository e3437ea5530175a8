import { TaplineError } from "@tapline/core/kernel";
import { Redis } from "ioredis";
import { defineScripts } from "./scripts.ts";

/**
 * A connection to Redis that reconnects for ever with growing pauses of at most 2 s, and knows our scripts.
 * @param url `redis://` or `rediss://`, with user and password where the server asks for them
 * @param onError told of each connection error; commands wait in the meantime
 */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    enableReadyCheck: true,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000),
  });
  redis.on("error", onError);
  defineScripts(redis);
  return redis;
}

/** Maps what Redis answers to our codes; anything unknown stays what it was. */
export function mapRedisError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.message.startsWith("NOGENERATION"))
    return new TaplineError("unavailable", "the buffer was lost and is being reconciled with the archive", {
      remedy: "wait: it opens again by itself",
      cause: error,
    });
  if (error.message.startsWith("FULL"))
    return new TaplineError("overloaded", "the buffer has reached its ceiling", {
      remedy: "wait until the archive takes segments again, or raise TAPLINE_BUFFER_MAX_MIB",
      facts: { retryAfterMs: 2_000 },
      cause: error,
    });
  if (error.message.startsWith("OOM"))
    return new TaplineError("overloaded", "the buffer has no memory left", {
      remedy: "give Redis more memory, or find out why the archive does not take segments",
      facts: { retryAfterMs: 2_000 },
      cause: error,
    });
  return error;
}
