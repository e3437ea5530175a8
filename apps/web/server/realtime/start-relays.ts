import { AlertStreams, KpiStreams } from "@tapline/adapters/redis/live";
import { type AlertNews, newsBySite } from "@tapline/core/alerts";
import type { Logger } from "pino";
import type { MarkedTopic } from "../../contracts/events.ts";
import type { RedisConnections } from "../redis.ts";
import { limitedAlertsRoom, type Realtime, siteAlertsRoom } from "./create-realtime.ts";
import { followStream } from "./follow-stream.ts";
import { type FleetWatchOptions, watchFleet } from "./watch-fleet.ts";
import { type Marked, watchMarks } from "./watch-marks.ts";

/**
 * Hands on to the browsers of this process what the worker publishes, and what is new of the fleet and of what pages show whole.
 * @param told `onNews` is told of alerts before browsers are
 * @returns settles once it has ended, after the signal
 */
export async function startRelays(
  realtime: Realtime,
  redis: RedisConnections,
  told: {
    onNews: (news: AlertNews) => void;
    agentViews: { board: FleetWatchOptions["board"] };
    marked: Readonly<Record<MarkedTopic, Marked>>;
  },
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const watchers = realtime.local.to("kpi");
  const listeners = realtime.local.to("alerts");
  await Promise.all([
    watchFleet(realtime, told.agentViews.board, logger, signal),
    watchMarks(realtime, told.marked, logger, signal),
    followStream({
      ...{ name: "the live KPI stream", stream: new KpiStreams(redis.requests), redis: redis.relay },
      take: (heard) => {
        // Of several pictures, as after a busy moment, the newest says all.
        const { entry, live } = heard.at(-1) ?? {};
        if (live != null) watchers.emit("kpi", live);
        else logger.warn({ entry }, "an entry of the live KPI stream is not readable");
      },
      missed: () => {},
      ...{ logger, signal },
    }),
    followStream({
      ...{ name: "the stream of alerts", stream: new AlertStreams(redis.requests), redis: redis.alertRelay },
      take: (heard) => {
        for (const { entry, news } of heard) {
          if (news === null) {
            logger.warn({ entry }, "news of alerts is not readable");
            continue;
          }
          told.onNews(news);
          listeners.emit("alerts", news);
          for (const [site, ofSite] of newsBySite(news))
            realtime.local.to(siteAlertsRoom(site)).emit("alerts", ofSite);
        }
      },
      missed: () => realtime.local.to(["alerts", limitedAlertsRoom]).emit("alertsMissed"),
      ...{ logger, signal },
    }),
  ]);
}
