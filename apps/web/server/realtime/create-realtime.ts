import type { Server as HttpServer } from "node:http";
import type { Server as HttpsServer } from "node:https";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { hasCode } from "@tapline/core/kernel";
import type { Redis } from "ioredis";
import { type DefaultEventsMap, Server, type Socket } from "socket.io";
import {
  type ClientToServerEvents,
  type ConnectRefusal,
  markedTopics,
  type ServerToClientEvents,
  type Topic,
} from "../../contracts/events.ts";
import { requireRole, type Viewer } from "../auth/viewer.ts";
import { realtimeKeys } from "./keys.ts";

/** What we know of a socket. */
interface SocketFacts {
  sessionId: string;
  /** As of its person. */
  sites: Viewer["sites"];
}

export type Realtime = Server<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketFacts>;
export type RealtimeSocket = Socket<
  ClientToServerEvents,
  ServerToClientEvents,
  DefaultEventsMap,
  SocketFacts
>;

export interface RealtimeOptions {
  server: HttpServer | HttpsServer;
  /** A connection that waits for Redis rather than fails; the adapter makes more of its kind. */
  redis: Redis;
  viewerOf: (headers: RealtimeSocket["handshake"]["headers"]) => Promise<Viewer | null>;
  /** Pages of these may connect. */
  origins: readonly string[];
}

const topics: readonly Topic[] = ["kpi", "alerts", "agents", ...markedTopics];
/** What processes tell each other, such as that a session has ended, is read at once. */
const streamMaxLen = 1_000;

/** The room of all sockets of one session, in every process. */
function sessionRoom(sessionId: string): string {
  return `session:${sessionId}`;
}

/** Whoever hears of the agents of some sites only. No site can be called what stands in brackets: the room is not that of a site, too. */
export const limitedRoom = "agents of (some sites)";

/** The room of those who see a site and not the whole. */
export const siteRoom = (site: string): string => `agents of ${site}`;

/** The same, of alerts. */
export const limitedAlertsRoom = "alerts of (some sites)";
export const siteAlertsRoom = (site: string): string => `alerts of ${site}`;

/** Where a socket hears of a topic: those who see some sites only hear of these sites' agents and alerts, and of nothing else. */
function roomsOf(topic: Topic, sites: Viewer["sites"]): string[] {
  if (sites === null) return [topic];
  if (topic === "agents") return [limitedRoom, ...sites.map(siteRoom)];
  return topic === "alerts" ? [limitedAlertsRoom, ...sites.map(siteAlertsRoom)] : [];
}

/** Disconnects every socket of a session, in every process. */
export function endSession(realtime: Realtime, sessionId: string): void {
  realtime.in(sessionRoom(sessionId)).disconnectSockets(true);
}

/** Has every page of these sessions come anew, in every process: its person may do other things than before. */
export function renewSessions(realtime: Realtime, sessionIds: readonly string[]): void {
  if (sessionIds.length === 0) return;
  const rooms = realtime.in(sessionIds.map(sessionRoom));
  rooms.emit("roleChanged");
  rooms.disconnectSockets(true);
}

/** Socket.IO over WebSocket alone: so no sticky sessions are needed. A lost connection begins anew, with the newest of everything. */
export function createRealtime(options: RealtimeOptions): Realtime {
  const realtime: Realtime = new Server(options.server, {
    transports: ["websocket"],
    serveClient: false,
    pingInterval: 10_000,
    pingTimeout: 5_000,
    maxHttpBufferSize: 16_384,
    adapter: createAdapter(options.redis, {
      streamName: realtimeKeys.stream,
      channelPrefix: realtimeKeys.stream,
      maxLen: streamMaxLen,
      onlyPlaintext: true,
    }),
    // A page of another origin could ride on the cookie; browsers always say where they come from.
    allowRequest: ({ headers: { origin } }, decide) =>
      decide(null, origin === undefined || options.origins.includes(origin)),
  });
  realtime.use((socket, next) => {
    admit(socket, options.viewerOf).then(
      () => next(),
      (error: unknown) => next(new Error(refusalOf(error))),
    );
  });
  realtime.on("connection", (socket) => {
    void socket.join(sessionRoom(socket.data.sessionId));
    socket.on("subscribe", async (topic, answer) => {
      if (typeof answer !== "function") return;
      // A page of another release may know topics that this one does not: without an answer it would take the line for dead.
      const isKnown = topics.includes(topic);
      if (isKnown) await socket.join(roomsOf(topic, socket.data.sites));
      answer(isKnown);
    });
    socket.on("unsubscribe", async (topic) => {
      if (!topics.includes(topic)) return;
      for (const room of roomsOf(topic, socket.data.sites)) await socket.leave(room);
    });
  });
  return realtime;
}

async function admit(socket: RealtimeSocket, viewerOf: RealtimeOptions["viewerOf"]): Promise<void> {
  const viewer = requireRole(await viewerOf(socket.handshake.headers), "viewer");
  socket.data.sessionId = viewer.sessionId;
  socket.data.sites = viewer.sites;
}

/** In the words of the contract. */
export function refusalOf(error: unknown): ConnectRefusal {
  if (hasCode(error, "unauthenticated")) return "unauthenticated";
  return hasCode(error, "forbidden") ? "forbidden" : "unavailable";
}
