import type { Deed } from "@tapline/core/audit";
import { type Act, recordActs } from "./acts.ts";
import type { PrismaClient } from "./generated/client.ts";

/** That a session of a person's has ended. @param by what ended it */
export const sessionEnd = (userId: string, session: string, by: string): Deed => ({
  ...{ action: "session.ended", subject: `user/${userId}` },
  facts: { by, session },
});

/**
 * Removes sessions that ran out, each with its entry in the same transaction. Any number of processes may: what one is at, the others
 * leave alone. Browsers that are notified by them stay: people are told of alerts while nobody is signed in.
 * @param act who removes them
 * @param most how many at most
 * @returns how many there were; `most`: there may be more
 */
export async function removeExpiredSessions(
  prisma: PrismaClient,
  act: Act,
  nowEpochMs: number,
  most: number,
): Promise<number> {
  return await prisma.$transaction(
    async (tx) => {
      const ended = await tx.$queryRaw<{ id: string; user_id: string }[]>`
        DELETE FROM session WHERE id IN (
          SELECT id FROM session WHERE expires_at <= ${new Date(nowEpochMs)} LIMIT ${most} FOR UPDATE SKIP LOCKED
        ) RETURNING id, user_id`;
      const deeds = ended.map(({ id, user_id: userId }) => sessionEnd(userId, id, "expiry"));
      await recordActs(tx, act, deeds, nowEpochMs);
      return ended.length;
    },
    { timeout: 60_000 },
  );
}
