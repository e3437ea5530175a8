import { partKey } from "@tapline/core/alerts";
import type { Transaction } from "../acts.ts";
import type { PrismaClient } from "../generated/client.ts";
import { type DeliveryListing, deliveryRow, type Recipient } from "./delivery-row.ts";
import { takePushTurn } from "./push-pace.ts";

/** What ends with a flood, in one transaction, may be tens of thousands of rows, ms. */
const partTimeoutMs = 30_000;

/**
 * Ends a delivery that is to reach several, and makes one for each of them, where it still waits and its channel has a turn for it.
 * However many are parted at once, none of them waits in its transaction for another: connections are few, and the watch needs them.
 */
export async function partDelivery(
  prisma: PrismaClient,
  delivery: DeliveryListing,
  to: readonly Recipient[],
  nowEpochMs: number,
): Promise<void> {
  const { id, channel } = delivery;
  await prisma.$transaction(
    async (tx) => {
      if (!(await holdWaiting(tx, id))) return;
      const told = await takePushTurn(tx, delivery, nowEpochMs);
      if (told === null) return;
      const row = deliveryRow(told, channel, nowEpochMs);
      const sent = { state: "sent", fault: "", askedUntil: null, endedAt: new Date(nowEpochMs) };
      // What stands for others is kept beside them.
      if (told.kind === "more") await tx.alertDelivery.create({ data: { ...row, ...sent } });
      else await tx.alertDelivery.update({ where: { id }, data: sent });
      const whole = told.kind === "more" ? row.id : id;
      const parts = to.map(({ id: recipient, service }) => ({
        ...row,
        ...{ id: partKey(whole, recipient), recipient, service },
      }));
      await tx.alertDelivery.createMany({ data: parts, skipDuplicates: true });
    },
    { timeout: partTimeoutMs },
  );
}

/** Whether it waits, and stays so until the transaction ends. Whoever has it at this moment ends it, or puts it off. */
async function holdWaiting(tx: Transaction, id: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM alert_delivery WHERE id = ${id} AND state = 'waiting' FOR UPDATE SKIP LOCKED`;
  return rows.length > 0;
}
