import { randomUUID } from "node:crypto";
import { AlertStreams } from "@tapline/adapters/redis";
import type { AlertNews } from "@tapline/core/alerts";
import type { Logger } from "pino";
import type { RedisConnections } from "../redis.ts";
import type { Realtime } from "./create-realtime.ts";
import { relayAlerts } from "./relay-alerts.ts";
import { relayKpi } from "./relay-kpi.ts";

/**
 * Hands on to browsers what the worker publishes.
 * @param onNews is told of alerts before browsers are
 * @returns settles once it has ended, after the signal
 */
export async function startRelays(
  realtime: Realtime,
  redis: RedisConnections,
  onNews: (news: AlertNews) => void,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const listeners = realtime.local.to("alerts");
  await Promise.all([
    relayKpi({
      ...{ redis: redis.relay, consumer: randomUUID(), logger, signal },
      emit: (live) => realtime.to("kpi").emit("kpi", live),
    }),
    relayAlerts({
      ...{ streams: new AlertStreams(redis.requests), redis: redis.alertRelay, logger, signal },
      emit: (news) => {
        onNews(news);
        listeners.emit("alerts", news);
      },
      missed: () => listeners.emit("alertsMissed"),
    }),
  ]);
}
