import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { AlertNotice } from "@tapline/core/alerts";
import { type Act, recordAct } from "../acts.ts";
import type { PrismaClient } from "../generated/client.ts";
import { activeChannels, channelNamed } from "./alert-channels-desk.ts";
import { type DeliveryListing, deliveryRow, listingOf } from "./delivery-row.ts";

const lookEveryMs = 200;

/** Sends a test by a channel. @returns its id in the log @throws TaplineError `not-found` */
export async function testChannel(
  prisma: PrismaClient,
  name: string,
  act: Act,
  nowEpochMs: number,
): Promise<string> {
  return await prisma.$transaction(async (tx) => {
    const { channels } = await activeChannels(tx);
    const channel = channelNamed(channels, name);
    const notice: AlertNotice = {
      ...{ kind: "test", alertId: randomUUID(), rev: 1, ruleId: "test", severity: "info", scope: {} },
      ...{ value: null, limit: null, by: act.actor.id, step: 0 },
      ...{ message: `This is a test of the channel ${name}`, action: "Nothing: it works." },
      ...{ runbook: "docs/operations.md#alert-channels", raisedAtEpochMs: nowEpochMs, atEpochMs: nowEpochMs },
    };
    const row = deliveryRow(notice, channel.name, nowEpochMs);
    await tx.alertDelivery.create({ data: row });
    const what = { action: "alert-channel.tested" as const, subject: `alert-channel/${name}`, facts: {} };
    await recordAct(tx, act, what, nowEpochMs);
    return row.id;
  });
}

/** Waits until a delivery and each of its parts was tried once, `withinMs` at most. @param find how it stands now */
export async function triedDelivery(
  prisma: PrismaClient,
  find: () => Promise<DeliveryListing>,
  withinMs: number,
): Promise<DeliveryListing> {
  for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
    const delivery = await find();
    const parts = await partsOf(prisma, delivery);
    const isTried = [delivery, ...parts].every(({ state, fault }) => state !== "waiting" || fault !== "");
    if (isTried || waitedMs >= withinMs) return wholeOf(delivery, parts);
    await sleep(lookEveryMs);
  }
}

async function partsOf(
  prisma: PrismaClient,
  { channel, recipient, notice }: DeliveryListing,
): Promise<DeliveryListing[]> {
  if (recipient !== "") return [];
  const where = { alertId: notice.alertId, kind: notice.kind, channel, recipient: { not: "" } };
  return (await prisma.alertDelivery.findMany({ where })).map(listingOf);
}

/** A delivery as one of its parts stands that did not arrive. */
function wholeOf(delivery: DeliveryListing, parts: readonly DeliveryListing[]): DeliveryListing {
  const away = parts.filter(({ state }) => state !== "sent");
  const [first] = away;
  if (first === undefined) return delivery;
  const { state, fault, endedAtEpochMs, tookMs } = first;
  const said = fault === "" ? "" : `${away.length} of ${parts.length} browsers could not be told: ${fault}`;
  return { ...delivery, ...{ state, endedAtEpochMs, tookMs }, fault: said };
}
