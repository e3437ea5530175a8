import { type PrismaClient, removeExpiredSessions } from "@tapline/adapters/prisma";
import { messageOf } from "@tapline/core/kernel";
import type { Logger } from "pino";
import { house } from "../auth/who-asks.ts";

const removeEveryMs = 300_000;
/** Removed in one transaction at most: some tens of milliseconds. */
const mostAtOnce = 500;

/**
 * Removes sessions that ran out, every 5 min: whoever does not come back with the cookie leaves theirs behind.
 * @param clock wall clock, ms
 * @returns what ends it
 */
export function startRemovingExpired(
  prisma: PrismaClient,
  clock: () => number,
  logger: Pick<Logger, "warn">,
  everyMs = removeEveryMs,
): () => void {
  let isEnded = false;
  const removeAll = async (): Promise<void> => {
    const act = { actor: house, reason: null };
    let found = mostAtOnce;
    while (!isEnded && found === mostAtOnce)
      found = await removeExpiredSessions(prisma, act, clock(), mostAtOnce);
  };
  const removing = setInterval(() => {
    removeAll().catch((error: unknown) =>
      logger.warn({ err: messageOf(error) }, "sessions that ran out could not be removed"),
    );
  }, everyMs);
  return () => {
    isEnded = true;
    clearInterval(removing);
  };
}
