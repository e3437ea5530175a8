import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { type AlertNotice, nextPush, type TogetherCount, togetherNotice } from "@tapline/core/alerts";
import type { Transaction } from "../acts.ts";
import type { DeliveryListing } from "./delivery-row.ts";

const tellTogetherSql = readFileSync(new URL("./tell-together.sql", import.meta.url), "utf8");

/** What finds its channel's turn taken is handed out again after so long, ms: most turns take some 10 ms. */
export const giveWayMs = 250;

/**
 * Takes a channel's turn to tell its browsers of something, one transaction after the other. It waits for nobody.
 * @param delivery waits, and is held by the transaction
 * @returns what to tell them: the notice itself, or one that stands for all that wait, which have ended by it; null: nothing now. Then it is
 * put off: by `giveWayMs` where somebody else has the turn; until the channel may tell more, with all else that waits, where it has told enough
 */
export async function takePushTurn(
  tx: Transaction,
  { id, channel, notice }: Pick<DeliveryListing, "id" | "channel" | "notice">,
  nowEpochMs: number,
): Promise<AlertNotice | null> {
  // Who tries a channel waits for nothing.
  if (notice.kind === "test") return notice;
  if (!(await tryLock(tx, channel))) {
    const askedUntil = new Date(nowEpochMs + giveWayMs);
    // It was no attempt.
    await tx.alertDelivery.update({ where: { id }, data: { askedUntil, attempts: { decrement: 1 } } });
    return null;
  }
  const pace = await tx.alertPushPace.findUnique({ where: { channel } });
  const turn = nextPush(pace?.toldAt.map((at) => at.getTime()) ?? [], nowEpochMs);
  const now = new Date(nowEpochMs);
  const waiting = { state: "waiting", channel, service: "", dueAt: { lte: now }, kind: { not: "test" } };
  if (turn.kind === "later") {
    const dueAt = new Date(turn.atEpochMs);
    await tx.alertDelivery.updateMany({ where: waiting, data: { dueAt, askedUntil: null } });
    return null;
  }
  const toldAt = turn.toldAtEpochMs.map((at) => new Date(at));
  await tx.alertPushPace.upsert({ where: { channel }, create: { channel, toldAt }, update: { toldAt } });
  const isLast = turn.kind === "together" && (await tx.alertDelivery.count({ where: waiting, take: 2 })) > 1;
  if (!isLast) return notice;
  const counts = await tx.$queryRawUnsafe<TogetherCount[]>(tellTogetherSql, channel, now);
  return togetherNotice(randomUUID(), counts, nowEpochMs);
}

/** Whether this transaction alone paces the channel until it ends. */
async function tryLock(tx: Transaction, channel: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ taken: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${`push-pace/${channel}`}, 0)) AS taken`;
  return row?.taken ?? false;
}
