import type { DeliveryQueue } from "@tapline/adapters/bullmq";
import type { Courier } from "@tapline/adapters/channels";
import type {
  AlertChannelsDesk,
  AlertDeliveries,
  AlertDispatch,
  DeliveryListing,
  PushSubscriptions,
} from "@tapline/adapters/prisma/alerts";
import type { AlertStreams } from "@tapline/adapters/redis/live";
import {
  type AlertChannels,
  type AlertNotice,
  type Channel,
  type DeliveryLane,
  type DeliveryOutcome,
  deliveryLanes,
  laneConcurrency,
  linkLifeMs,
  linkToken,
  type NoticeLinks,
} from "@tapline/core/alerts";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { type Role, repeat, Wake } from "./role.ts";
import { TakenOverLog } from "./taken-over-log.ts";

export type TellParts = {
  readonly dispatch: Pick<AlertDispatch, "round">;
  readonly deliveries: Pick<AlertDeliveries, "ask" | "take" | "settle" | "part" | "nextDue" | "forgetOld">;
  readonly browsers: Pick<PushSubscriptions, "reachedBy">;
  readonly channels: Pick<AlertChannelsDesk, "active">;
  readonly courier: Pick<Courier, "deliver">;
  /** One for each lane: browsers, of whose push services any may hang, keep neither mail nor webhooks waiting. */
  readonly queues: Readonly<Record<DeliveryLane, Pick<DeliveryQueue, "add" | "work" | "close">>>;
  readonly news: Pick<AlertStreams, "newest" | "follow">;
  /** A connection of its own: waiting for news blocks it. */
  readonly following: Redis;
  /** Where people find the console; null: messages hold no link. */
  readonly consoleOrigin: string | null;
  /** Signs links that acknowledge; null: there are none. */
  readonly linkKey: Uint8Array | null;
  readonly clock: () => number;
  readonly log: Logger;
};

/** News that got lost with Redis, and acts of which none comes, are seen so late at the latest, ms. */
const longestSleepMs = 1_000;

const forgetEveryMs = 3_600_000;

/**
 * Tells people beside the console of alerts. What is to be told stands in PostgreSQL since the transaction that wrote the alert; news of
 * alerts only wakes this service up. Any number of processes may run it.
 */
export function startTelling(parts: TellParts): Role {
  const { dispatch, deliveries, queues, news, following, clock, log } = parts;
  const wake = new Wake();
  const unknown = new Set<string>();
  const takenOver = new TakenOverLog(log, { of: "deliveries" });
  let forgottenAtEpochMs = clock();
  const telling = repeat(
    async () => {
      const woken = wake.next(longestSleepMs);
      const round = await dispatch.round();
      for (const name of round.unknown) {
        if (!unknown.has(name))
          log.error({ name }, "a rule tells somebody whom the alert channels do not know");
        unknown.add(name);
      }
      let asked = 0;
      for (const lane of deliveryLanes) {
        const ids = await deliveries.ask(lane);
        await queues[lane].add(ids);
        asked += ids.length;
      }
      if (round.more || asked > 0) return 0;
      if (clock() - forgottenAtEpochMs > forgetEveryMs) {
        forgottenAtEpochMs = clock();
        await deliveries.forgetOld();
      }
      const due = await deliveries.nextDue();
      const untilDueMs = due === null || due <= clock() ? longestSleepMs : due - clock();
      const soon = new Promise((resolve) =>
        setTimeout(resolve, Math.min(untilDueMs, longestSleepMs)).unref(),
      );
      await Promise.race([woken, soon]);
      return 0;
    },
    (error) => log.error({ err: error }, "alerts are told late: who is to be told cannot be looked up"),
  );
  let heard: string | null = null;
  const hearing = repeat(
    async () => {
      heard ??= await news.newest();
      const found = await news.follow(following, heard, longestSleepMs);
      heard = found.at(-1)?.entry ?? heard;
      // What is not recorded yet is not there to be told: it comes once more when it is.
      if (found.some(({ news: one }) => one?.is !== "alerts" || one.recorded)) wake.wake();
      return 0;
    },
    (error) => log.warn({ err: error }, "news of alerts cannot be heard"),
  );
  for (const lane of deliveryLanes)
    queues[lane].work(
      async (id) => {
        const delivery = await deliveries.take(id);
        if (delivery !== null) await attempt(parts, delivery);
        wake.wake();
      },
      {
        concurrency: laneConcurrency[lane],
        onError: (error) => log.warn({ err: error }, "a delivery is tried again later"),
        onTakenOver: (attempts) => takenOver.note(attempts),
      },
    );
  return {
    stop: async (graceMs) => {
      following.disconnect();
      wake.wake();
      const closing = deliveryLanes.map((lane) => queues[lane].close(graceMs));
      await Promise.all([telling.stop(), hearing.stop(), ...closing]);
    },
  };
}

async function attempt(parts: TellParts, delivery: DeliveryListing): Promise<void> {
  const { channels, deliveries, log } = parts;
  const { id, channel: name, recipient, notice, attempts } = delivery;
  const { channels: document } = await channels.active();
  const channel = document.channels.find((one) => one.name === name);
  const outcome =
    channel === undefined
      ? { kind: "refused" as const, fault: `the alert channels know no ${name} any more` }
      : await deliver(parts, channel, document, delivery);
  if (outcome === "parted") return;
  const again = await deliveries.settle(delivery, outcome);
  if (outcome.kind === "sent") return;
  const facts = {
    delivery: id,
    channel: name,
    ...(recipient === "" ? {} : { recipient }),
    alert: notice.alertId,
    attempt: attempts,
    fault: outcome.fault,
  };
  if (again) log.warn(facts, "an alert could not be told, and will be tried again");
  else log.error(facts, "an alert could not be told, and is given up; the console has it");
}

/** Sends it; what is to reach several browsers becomes a delivery for each of them. */
async function deliver(
  parts: TellParts,
  channel: Channel,
  document: AlertChannels,
  delivery: DeliveryListing,
): Promise<DeliveryOutcome | "parted"> {
  const { id: key, recipient, notice } = delivery;
  if (channel.kind !== "web-push" || recipient !== "")
    return await parts.courier.deliver(channel, document, {
      ...{ key, recipient, notice, links: linksOf(parts, channel, notice) },
    });
  const reached = await parts.browsers.reachedBy(channel);
  if (reached.length === 0)
    return { kind: "refused", fault: "nobody whom it reaches has asked for notifications in a browser" };
  await parts.deliveries.part(delivery, reached);
  return "parted";
}

/** Only what calls for somebody can be acknowledged. */
function linksOf(
  { consoleOrigin, linkKey, clock }: TellParts,
  channel: Channel,
  { kind, alertId, rev }: AlertNotice,
): NoticeLinks {
  if (consoleOrigin === null) return { console: null, acknowledge: null };
  const acknowledges = channel.kind !== "web-push" && channel.acknowledgeLinks;
  if (linkKey === null || !acknowledges || kind !== "call")
    return { console: consoleOrigin, acknowledge: null };
  const token = linkToken(linkKey, {
    alertId,
    rev,
    channel: channel.name,
    endsAtEpochMs: clock() + linkLifeMs,
  });
  return { console: consoleOrigin, acknowledge: `${consoleOrigin}/acknowledge/${token}` };
}
