import { setTimeout as sleep } from "node:timers/promises";
import { connectRedis } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";

/** The connections of one web process. */
export interface RedisConnections {
  /** For requests: a command fails within `commandTimeoutMs` rather than waits for Redis to come back. */
  requests: Redis;
  /** For Socket.IO's adapter, which makes more of its kind: commands wait for Redis. */
  realtime: Redis;
  /** For the blocking read of the live stream. */
  relay: Redis;
  /** For the blocking read of what becomes of alerts. */
  alertRelay: Redis;
  close: () => Promise<void>;
}

const commandTimeoutMs = 2_000;

export function openRedis(url: string, onError: (error: Error) => void): RedisConnections {
  const requests = connectRedis(url, onError, { commandTimeoutMs });
  const realtime = hearingSubscribers(connectRedis(url, onError), onError);
  const relay = connectRedis(url, onError);
  const alertRelay = connectRedis(url, onError);
  return {
    requests,
    realtime,
    relay,
    alertRelay,
    close: async () => {
      relay.disconnect();
      alertRelay.disconnect();
      // `quit` waits for what is still to be written.
      await Promise.allSettled([requests, realtime].map((redis) => quitSoon(redis)));
    },
  };
}

/**
 * Socket.IO's adapter subscribes by a duplicate and hears nothing of what comes of it: one that is stopped before it has connected, as with a
 * console that ends right after its start, would fail unheard, which ends a process.
 * @returns `redis`; where a duplicate cannot subscribe, `onError` is told, unless it was we who ended it
 */
function hearingSubscribers(redis: Redis, onError: (error: Error) => void): Redis {
  const duplicate = redis.duplicate.bind(redis);
  const heard = (...options: Parameters<Redis["duplicate"]>): Redis => {
    const made = duplicate(...options);
    const subscribe = made.subscribe.bind(made) as (...channels: unknown[]) => Promise<unknown>;
    const subscribed = (...channels: unknown[]) => {
      const answer = subscribe(...channels);
      answer.catch((error: Error) => {
        if (made.status !== "end") onError(error);
      });
      return answer;
    };
    return Object.assign(made, { subscribe: subscribed });
  };
  return Object.assign(redis, { duplicate: heard });
}

async function quitSoon(redis: Redis): Promise<void> {
  // One that was ready may not answer any more.
  if (redis.status === "ready")
    await Promise.race([redis.quit(), sleep(commandTimeoutMs, undefined, { ref: false })]);
  redis.disconnect();
}
