import { setTimeout as sleep } from "node:timers/promises";
import { connectRedis, kpiKeys } from "@tapline/adapters/redis";
import { livePicture } from "./live-picture.ts";
import { nowMs } from "./now-ms.ts";

export type Publishing = {
  readonly stream: string;
  /** Until the next one, ms. */
  readonly everyMs: () => number;
  /** How many; left out: until `signal` says that it is enough. */
  readonly updates?: number;
  readonly signal?: AbortSignal;
  /** Called when the first one stands in Redis. */
  readonly onFirst?: () => void;
};

/** Writes live pictures as the kpi service does; of the nth the backlog is n taps. @returns when each was handed to Redis, by `nowMs` */
export async function publishPictures(
  redisUrl: string,
  { stream, everyMs, updates = Number.POSITIVE_INFINITY, signal, onFirst }: Publishing,
): Promise<number[]> {
  const redis = connectRedis(redisUrl, () => undefined);
  try {
    await redis.ping();
    const sentAtMs: number[] = [];
    let dueMs = nowMs();
    for (let seq = 1; seq <= updates && signal?.aborted !== true; seq++) {
      dueMs += everyMs();
      await sleep(Math.max(0, dueMs - nowMs()));
      sentAtMs.push(nowMs());
      const picture = JSON.stringify({ ...livePicture(stream, seq), backlog: seq });
      await redis.xadd(kpiKeys.live, "MAXLEN", "~", 1_000, "*", "j", picture);
      if (seq === 1) onFirst?.();
    }
    return sentAtMs;
  } finally {
    redis.disconnect();
  }
}

/** Works while pictures come, `perSecond` a second, as on any day: the first one is there when the work begins. */
export async function whilePublishing<Result>(
  redisUrl: string,
  { stream, perSecond }: { stream: string; perSecond: number },
  work: () => Promise<Result>,
): Promise<Result> {
  const enough = new AbortController();
  const everyMs = () => 1_000 / perSecond;
  const { promise: first, resolve: onFirst } = Promise.withResolvers<void>();
  const published = publishPictures(redisUrl, { stream, everyMs, signal: enough.signal, onFirst });
  try {
    await Promise.race([first, published]);
    return await work();
  } finally {
    enough.abort();
    await published;
  }
}
