import { setTimeout as sleep } from "node:timers/promises";
import { connectRedis } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";

/** The connections of one web process. */
export interface RedisConnections {
  /** For requests: a command fails within `commandTimeoutMs` rather than waits for Redis to come back. */
  requests: Redis;
  /** For Socket.IO's adapter: commands wait for Redis. */
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
  const realtime = connectRedis(url, onError);
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

async function quitSoon(redis: Redis): Promise<void> {
  // One that was ready may not answer any more.
  if (redis.status === "ready")
    await Promise.race([redis.quit(), sleep(commandTimeoutMs, undefined, { ref: false })]);
  redis.disconnect();
}
