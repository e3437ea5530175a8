import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { type AlertNotice, nextPush, type TogetherCount, togetherNotice } from "@tapline/core/alerts";
import type { Transaction } from "./acts.ts";

const tellTogetherSql = readFileSync(new URL("./tell-together.sql", import.meta.url), "utf8");

/**
 * Takes a channel's turn to tell its browsers of something, one transaction after the other.
 * @returns what to tell them: the notice itself, or one that stands for all that wait, which have ended by it; null: nothing now, it waits
 * for the end of the minute, and so does all else of the channel
 */
export async function takePushTurn(
  tx: Transaction,
  channel: string,
  notice: AlertNotice,
  nowEpochMs: number,
): Promise<AlertNotice | null> {
  // Who tries a channel waits for nobody.
  if (notice.kind === "test") return notice;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`push-pace/${channel}`}, 0))`;
  const known = await tx.alertPushPace.findUnique({ where: { channel } });
  const pace = known === null ? null : { sinceEpochMs: known.since.getTime(), told: known.told };
  const turn = nextPush(pace, nowEpochMs);
  const now = new Date(nowEpochMs);
  const waiting = { state: "waiting", channel, service: "", dueAt: { lte: now }, kind: { not: "test" } };
  if (turn.kind === "later") {
    await tx.alertDelivery.updateMany({
      where: waiting,
      data: { dueAt: new Date(turn.atEpochMs), askedUntil: null },
    });
    return null;
  }
  const row = { since: new Date(turn.pace.sinceEpochMs), told: turn.pace.told };
  await tx.alertPushPace.upsert({ where: { channel }, create: { channel, ...row }, update: row });
  const isLast = turn.kind === "together" && (await tx.alertDelivery.count({ where: waiting, take: 2 })) > 1;
  if (!isLast) return notice;
  const counts = await tx.$queryRawUnsafe<TogetherCount[]>(tellTogetherSql, channel, now);
  return togetherNotice(randomUUID(), counts, nowEpochMs);
}
