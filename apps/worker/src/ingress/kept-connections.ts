import type { Server } from "node:http";
import type { Socket } from "node:net";
import { GradualDrain } from "./gradual-drain.ts";

/**
 * Connections that clients keep from request to request. Each is asked to go with an answer, after which it closes: no request is lost by it. One on which
 * nothing is asked stays until the server closes.
 * @param server of HTTP or HTTPS, before it has served anything
 * @returns begins to lead them away, one by one, within `overMs`
 */
export function keptConnections(server: Server): { readonly leadAway: (overMs: number) => void } {
  const leaving = new WeakSet<Socket>();
  const drain = new GradualDrain<Socket>((socket) => leaving.add(socket));
  const seen = new WeakSet<Socket>();
  // Ahead of whoever answers, who may send the head at once.
  server.prependListener("request", ({ socket }, response) => {
    if (!seen.has(socket)) {
      seen.add(socket);
      drain.enter(socket);
      socket.once("close", () => drain.left(socket));
    }
    if (leaving.has(socket)) response.setHeader("connection", "close");
  });
  return { leadAway: (overMs) => drain.begin(overMs) };
}
