import type { PrismaClient } from "@tapline/adapters/prisma";

/** What is needed of a socket here. */
export interface SweptSocket {
  data: { sessionId: string };
  disconnect: (close: boolean) => unknown;
}

/**
 * Disconnects those of this process's sockets whose session has expired or gone, whichever way it went. Where
 * PostgreSQL does not answer nobody is thrown out: it rejects, and the next sweep decides.
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
    select: { id: true },
  });
  const validIds = new Set(valid.map((session) => session.id));
  for (const socket of sockets) if (!validIds.has(socket.data.sessionId)) socket.disconnect(true);
}
