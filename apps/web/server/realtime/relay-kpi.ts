import { setTimeout as sleep } from "node:timers/promises";
import { kpiKeys } from "@tapline/adapters/redis";
import { messageOf } from "@tapline/core/kernel";
import { type KpiLive, kpiLiveSchema } from "@tapline/core/kpi";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { parseEntry } from "../kpi/kpi-store.ts";
import { realtimeKeys } from "./keys.ts";

export interface RelayOptions {
  /** A connection of its own: the reading blocks it. */
  redis: Redis;
  /** Name of this process among those that share the group. */
  consumer: string;
  emit: (live: KpiLive) => void;
  logger: Logger;
  signal: AbortSignal;
}

const blockMs = 2_000;
const mostPerRead = 1_000;
const pauseAfterErrorMs = 500;

type StreamAnswer = [key: string, entries: [id: string, fields: string[]][]][] | null;

/**
 * Hands each live picture to `emit` in exactly one of the web processes. A reader that lags, such as after a
 * restart, jumps to the newest. Ends when `signal` does.
 */
export async function relayKpi(options: RelayOptions): Promise<void> {
  const { redis, logger, signal } = options;
  while (!signal.aborted) {
    try {
      const entries = await readNew(redis, options.consumer);
      const newest = entries.at(-1);
      if (newest === undefined || signal.aborted) continue;
      const live = parseEntry(kpiLiveSchema, newest);
      if (live === null) logger.warn({ entry: newest[0] }, "an entry of the live KPI stream is not readable");
      else options.emit(live);
    } catch (error) {
      if (signal.aborted) return;
      if (isMissingGroup(error)) await createGroup(redis).catch(() => {});
      else logger.warn({ err: messageOf(error) }, "the live KPI stream cannot be read");
      await sleep(pauseAfterErrorMs, undefined, { signal }).catch(() => {});
    }
  }
}

async function readNew(redis: Redis, consumer: string): Promise<[id: string, fields: string[]][]> {
  const answer = (await redis.xreadgroup(
    ...(["GROUP", realtimeKeys.kpiGroup, consumer] as const),
    ...(["COUNT", mostPerRead, "BLOCK", blockMs, "NOACK"] as const),
    ...(["STREAMS", kpiKeys.live, ">"] as const),
  )) as StreamAnswer;
  return answer?.[0]?.[1] ?? [];
}

/** Redis says so on first use, and again whenever it has lost its data. */
function isMissingGroup(error: unknown): boolean {
  return messageOf(error).startsWith("NOGROUP");
}

async function createGroup(redis: Redis): Promise<void> {
  await redis.xgroup("CREATE", kpiKeys.live, realtimeKeys.kpiGroup, "$", "MKSTREAM");
}
