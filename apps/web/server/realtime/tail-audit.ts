import { z } from "zod";
import type { AuditWatch, AuditWatchAnswer } from "../../contracts/events.ts";
import { auditFilterFields, givenOf } from "../audit/filter.ts";
import { requireRole, requireWhole, type Viewer } from "../auth/viewer.ts";
import { type AuditWatcher, AuditWatches, type AuditWatchesOptions } from "./audit-watches.ts";
import { type Realtime, type RealtimeSocket, refusalOf } from "./create-realtime.ts";

export interface TailOptions extends AuditWatchesOptions {
  viewerOf: (headers: RealtimeSocket["handshake"]["headers"]) => Promise<Viewer | null>;
}

/** Of the log, between where a watch begins and its end. */
const mostMissed = 10_000;
const answerMs = 10_000;

const watchInput = z.strictObject({
  ...auditFilterFields,
  from: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
});

/** Lets sockets watch the audit log. @returns settles once it has ended, after the signal */
export function tailAudit(realtime: Realtime, options: TailOptions): { ended: () => Promise<void> } {
  const watches = new AuditWatches(options);
  realtime.on("connection", (socket) => {
    let own: AuditWatcher | null = null;
    const end = (): void => {
      if (own !== null) watches.delete(own);
      own = null;
    };
    socket.on("watchAudit", async (watch, answer) => {
      if (typeof answer !== "function") return;
      end();
      const begun = await begin(socket, watch, options);
      if (!("watcher" in begun) || !socket.connected) return answer(begun.answer);
      // Of two that were asked for at once, one counts.
      end();
      own = begun.watcher;
      answer(begun.answer);
      watches.add(own);
    });
    socket.on("unwatchAudit", end);
    socket.on("disconnect", end);
  });
  return { ended: () => watches.ended() };
}

type Begun = { answer: AuditWatchAnswer; watcher: AuditWatcher } | { answer: AuditWatchAnswer };

async function begin(
  socket: RealtimeSocket,
  watch: AuditWatch,
  { viewerOf, entries }: TailOptions,
): Promise<Begun> {
  try {
    // Role and sites may be others than when the socket came.
    requireWhole(requireRole(await viewerOf(socket.handshake.headers), "viewer"));
    const given = watchInput.safeParse(watch);
    if (!given.success) return { answer: { is: "refused", why: "invalid-input" } };
    const { from, ...filter } = given.data;
    const size = await entries.placed();
    const next = from ?? size;
    if (size - next > mostMissed) return { answer: { is: "too-far", newest: size } };
    return { answer: { is: "watching", from: next }, watcher: watcherOf(socket, givenOf(filter), next) };
  } catch (error) {
    return { answer: { is: "refused", why: refusalOf(error) } };
  }
}

function watcherOf(socket: RealtimeSocket, filter: AuditWatcher["filter"], next: number): AuditWatcher {
  return {
    ...{ filter, next },
    tell: async (batch) => {
      await socket.timeout(answerMs).emitWithAck("auditEntries", batch);
    },
    // It comes back and says where it stood.
    lost: () => socket.disconnect(true),
  };
}
