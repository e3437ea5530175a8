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
};

/** Writes live pictures as the kpi service does; of the nth the backlog is n taps. @returns when each was handed to Redis, by `nowMs` */
export async function publishPictures(
  redisUrl: string,
  { stream, everyMs, updates = Number.POSITIVE_INFINITY, signal }: Publishing,
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
    }
    return sentAtMs;
  } finally {
    redis.disconnect();
  }
}

/** Works while pictures come, `perSecond` a second, as on any day. */
export async function whilePublishing<Result>(
  redisUrl: string,
  { stream, perSecond }: { stream: string; perSecond: number },
  work: () => Promise<Result>,
): Promise<Result> {
  const enough = new AbortController();
  const everyMs = () => 1_000 / perSecond;
  const published = publishPictures(redisUrl, { stream, everyMs, signal: enough.signal });
  try {
    return await work();
  } finally {
    enough.abort();
    await published;
  }
}
