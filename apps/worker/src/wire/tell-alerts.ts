import { readFile } from "node:fs/promises";
import { DeliveryQueue } from "@tapline/adapters/bullmq";
import {
  Courier,
  PushKey,
  PushSender,
  pushTimeoutMs,
  SecretFolder,
  WebhookSender,
} from "@tapline/adapters/channels";
import { AddressGuard, PushGuard } from "@tapline/adapters/channels/guards";
import {
  AlertChannelsDesk,
  AlertDeliveries,
  AlertDispatch,
  PushSubscriptions,
} from "@tapline/adapters/prisma/alerts";
import { alertQueuePrefix } from "@tapline/adapters/redis";
import { AlertStreams } from "@tapline/adapters/redis/live";
import { TaplineError } from "@tapline/core/kernel";
import { type Role, repeat } from "../roles/role.ts";
import { startTelling } from "../roles/tell-alerts.ts";
import type { Parts } from "./parts.ts";

/** How soon the console knows of a key for browsers that was put there or exchanged, ms. */
const announceKeyEveryMs = 60_000;

/** Part of the role `alerts`: tells people beside the console. */
export async function startTellingAlerts({
  config,
  prisma,
  redis,
  connect,
  clock,
  log,
}: Parts): Promise<Role> {
  const webhooks = new WebhookSender(new AddressGuard(config.TAPLINE_ALERT_NETWORKS));
  const posts = new WebhookSender(new PushGuard(config.TAPLINE_PUSH_SERVICES), { timeoutMs: pushTimeoutMs });
  const secrets = new SecretFolder(config.TAPLINE_ALERT_SECRETS);
  const browsers = new PushSubscriptions(prisma, clock);
  const key = new PushKey(secrets);
  const pushes = new PushSender({ browsers, key, posts, clock });
  const announcing = repeat(
    async () => {
      const publicKey = await key.publicKey();
      // Another process may have it.
      if (publicKey !== null) await browsers.announceKey(publicKey);
      return announceKeyEveryMs;
    },
    (error) =>
      log.error(
        { err: error },
        "browsers are not notified by this process, or the console does not know by which key",
      ),
    announceKeyEveryMs / 6,
  );
  const role = startTelling({
    browsers,
    dispatch: new AlertDispatch(prisma, clock),
    deliveries: new AlertDeliveries(prisma, clock),
    channels: new AlertChannelsDesk(prisma, clock),
    courier: new Courier({ secrets, webhooks, pushes, clock }),
    queues: {
      direct: new DeliveryQueue(redis, alertQueuePrefix),
      browsers: new DeliveryQueue(redis, alertQueuePrefix, "browsers"),
    },
    news: new AlertStreams(redis),
    following: connect(),
    consoleOrigin:
      config.TAPLINE_ALERT_CONSOLE === undefined ? null : new URL(config.TAPLINE_ALERT_CONSOLE).origin,
    linkKey:
      config.TAPLINE_ALERT_LINK_KEY === undefined ? null : await readLinkKey(config.TAPLINE_ALERT_LINK_KEY),
    ...{ clock, log },
  });
  return {
    stop: async (graceMs) => {
      await Promise.all([role.stop(graceMs), announcing.stop()]);
      webhooks.close();
      posts.close();
    },
  };
}

async function readLinkKey(file: string): Promise<Buffer> {
  const key = Buffer.from((await readFile(file, "utf8")).trim());
  if (key.length >= 32) return key;
  throw new TaplineError(
    "misconfigured",
    "the file in TAPLINE_ALERT_LINK_KEY holds less than 32 characters",
    {
      remedy: "fill it with `openssl rand -hex 32`",
    },
  );
}
