import type { PrismaClient } from "@tapline/adapters/prisma";
import { messageOf } from "@tapline/core/kernel";
import type { Logger } from "pino";
import type { Viewer } from "../auth/viewer.ts";
import { startRemovingExpired } from "../people/expired-sessions.ts";
import { sitesOf } from "../people/scope-desk.ts";

/** What is needed of a socket here. */
export interface SweptSocket {
  data: { sessionId: string; sites: Viewer["sites"] };
  disconnect: (close: boolean) => unknown;
}

const sweepEveryMs = 15_000;

/** Sweeps every 15 s, and removes sessions that ran out now and then. @returns what ends it */
export function startSweeping(
  sockets: { readonly fetchSockets: () => Promise<readonly SweptSocket[]> },
  prisma: PrismaClient,
  logger: Pick<Logger, "warn">,
): () => void {
  const sweeping = setInterval(() => {
    sockets
      .fetchSockets()
      .then((found) => sweepSessions(found, prisma, new Date()))
      .catch((error: unknown) => logger.warn({ err: messageOf(error) }, "sessions could not be checked"));
  }, sweepEveryMs);
  const endRemoving = startRemovingExpired(prisma, Date.now, logger);
  return () => {
    clearInterval(sweeping);
    endRemoving();
  };
}

/**
 * Disconnects those of this process's sockets whose session has expired or gone, whichever way it went, or whose person sees other
 * sites than when they came: the news of it may not have reached this process. Where PostgreSQL does not answer nobody is
 * thrown out: it rejects, and the next sweep decides.
 */
export async function sweepSessions(
  sockets: readonly SweptSocket[],
  prisma: PrismaClient,
  now: Date,
): Promise<void> {
  const held = [...new Set(sockets.map((socket) => socket.data.sessionId))];
  if (held.length === 0) return;
  const valid = await prisma.session.findMany({
    where: { id: { in: held }, expiresAt: { gt: now }, user: { banned: false } },
    select: { id: true, user: { select: { scope: true, sites: true } } },
  });
  const seen = new Map(valid.map(({ id, user }) => [id, wordsOf(sitesOf(user))]));
  for (const socket of sockets)
    if (seen.get(socket.data.sessionId) !== wordsOf(socket.data.sites)) socket.disconnect(true);
}

const wordsOf = (sites: Viewer["sites"]): string => JSON.stringify(sites);
