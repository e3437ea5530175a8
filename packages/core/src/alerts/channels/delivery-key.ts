import { sha256Hex } from "../../kernel/index.ts";
import type { NoticeKind } from "./notice.ts";

/** What makes two deliveries the same one. */
export type DeliveryPlace = {
  readonly alertId: string;
  /** Of the alert as it is told. */
  readonly rev: number;
  readonly kind: NoticeKind;
  readonly channel: string;
  /** Which telling of it. */
  readonly step: number;
};

/**
 * The name of a delivery in database, queue, mail and webhook: 32 hexadecimal digits, the same however often
 * and by whomever it is made.
 */
export function deliveryKey({ alertId, rev, kind, channel, step }: DeliveryPlace): string {
  return sha256Hex(Buffer.from(JSON.stringify([alertId, rev, kind, channel, step]))).slice(0, 32);
}

/** The name of that part of a delivery that goes to one of its recipients. */
export function partKey(delivery: string, recipient: string): string {
  return sha256Hex(Buffer.from(JSON.stringify([delivery, recipient]))).slice(0, 32);
}
