import { type AlertNotice, alertNoticeSchema, deliveryKey } from "@tapline/core/alerts";
import type { AlertDelivery, Prisma } from "../generated/client.ts";

export const deliveryStates = ["waiting", "held", "sent", "failed", "moot"] as const;

export type DeliveryState = (typeof deliveryStates)[number];

/** A line of the delivery log. */
export type DeliveryListing = {
  readonly id: string;
  readonly channel: string;
  /** Which of the channel's browsers: the id of its subscription. "" = all that the channel reaches. */
  readonly recipient: string;
  readonly state: DeliveryState;
  readonly notice: AlertNotice;
  readonly attempts: number;
  /** Why the last attempt failed, or that it was told together with others; "" where there is nothing to say. */
  readonly fault: string;
  /** When it may be tried next, or until when it is held. */
  readonly dueAtEpochMs: number;
  readonly endedAtEpochMs: number | null;
  /**
   * To the end of the delivery, ms: of a call from the raise, so without what the rule waits on purpose before it; of all else from when
   * it happened. Null before it. The notice has breach and raise.
   */
  readonly tookMs: number | null;
};

/** One of those whom a channel reaches, and the push service by which. */
export type Recipient = { readonly id: string; readonly service: string };

/** @param heldUntilEpochMs null: it may be sent at once */
export function deliveryRow(
  notice: AlertNotice,
  channel: string,
  nowEpochMs: number,
  heldUntilEpochMs: number | null = null,
) {
  const { alertId, rev, kind, step, raisedAtEpochMs } = notice;
  return {
    ...{ id: deliveryKey({ alertId, rev, kind, channel, step }), alertId, kind, channel, notice },
    ...{ state: heldUntilEpochMs === null ? "waiting" : "held", raisedAt: new Date(raisedAtEpochMs) },
    dueAt: new Date(heldUntilEpochMs ?? nowEpochMs),
  } satisfies Prisma.AlertDeliveryCreateManyInput;
}

export function listingOf(row: AlertDelivery): DeliveryListing {
  const { id, channel, recipient, attempts, fault, dueAt, endedAt } = row;
  const notice = alertNoticeSchema.parse(row.notice);
  return {
    ...{ id, channel, recipient, attempts, fault, state: row.state as DeliveryState },
    ...{ notice, dueAtEpochMs: dueAt.getTime() },
    endedAtEpochMs: endedAt?.getTime() ?? null,
    tookMs: endedAt === null ? null : endedAt.getTime() - beginningOf(notice),
  };
}

function beginningOf({ kind, raisedAtEpochMs, atEpochMs }: AlertNotice): number {
  return kind === "call" ? raisedAtEpochMs : atEpochMs;
}
