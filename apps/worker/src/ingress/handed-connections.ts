import type { EventEmitter } from "node:events";
import { type Server, Socket } from "node:net";
import { tellParent } from "../tell-parent.ts";

/** The two sides of the door. */
type Side = "rest" | "stream";

/** How late the parent hears how many there are, ms: it shares new ones out by that. */
const tellEveryMs = 50;
const lookEveryMs = 20;

/**
 * Connections that our parent accepted and hands over whole, so that several processes stand behind one port. They are
 * served as if they had come to our own port.
 */
export class HandedConnections {
  readonly #servers: Readonly<Record<Side, Server>>;
  readonly #messages: EventEmitter;
  readonly #open = { rest: new Set<Socket>(), stream: new Set<Socket>() };
  readonly #taken = { rest: 0, stream: 0 };
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  /** @param messages where our parent's are heard */
  constructor(servers: Readonly<Record<Side, Server>>, messages: EventEmitter = process) {
    this.#servers = servers;
    this.#messages = messages;
    messages.on("message", this.#hear);
  }

  /** Serves no more new ones. */
  close(): void {
    this.#isClosed = true;
  }

  /** Resolves once those of `side` have ended, at the latest after `withinMs`. */
  async ended(side: Side, withinMs: number): Promise<void> {
    const endMs = performance.now() + withinMs;
    while (this.#open[side].size > 0 && performance.now() < endMs)
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }

  /** Hears of none any more: once both sides have ended. One that was on its way until then was told that it is not served. */
  leave(): void {
    this.#messages.off("message", this.#hear);
  }

  readonly #hear = (message: unknown, socket: unknown): void => {
    const side = sideOf(message);
    if (side === null) return;
    this.#taken[side]++;
    this.#tell();
    // It was closed on its way.
    if (!(socket instanceof Socket)) return;
    const server = this.#servers[side];
    if (this.#isClosed || this.#open[side].size >= server.maxConnections) return void socket.destroy();
    this.#open[side].add(socket);
    socket.once("close", () => {
      this.#open[side].delete(socket);
      this.#tell();
    });
    // As net.Server does with those that it accepted itself.
    server.emit("connection", socket);
  };

  #tell(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      const told = (side: Side) => ({ taken: this.#taken[side], open: this.#open[side].size });
      tellParent({ type: "connections", connections: { rest: told("rest"), stream: told("stream") } });
    }, tellEveryMs).unref();
  }
}

function sideOf(message: unknown): Side | null {
  if (typeof message !== "object" || message === null || !("type" in message && "side" in message))
    return null;
  if (message.type !== "connection") return null;
  return message.side === "rest" || message.side === "stream" ? message.side : null;
}
