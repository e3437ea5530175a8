import type { TLSSocket } from "node:tls";

/** Keeps each client to a few connections: one that lost its own opens new ones, so the oldest give way. */
export class FewConnections {
  readonly #most: number;
  readonly #open = new Map<string, Set<TLSSocket>>();

  /** @param most connections of one client */
  constructor(most: number) {
    this.#most = most;
  }

  add(client: string, socket: TLSSocket): void {
    const open = this.#open.get(client) ?? new Set();
    this.#open.set(client, open.add(socket));
    socket.once("close", () => {
      open.delete(socket);
      if (open.size === 0 && this.#open.get(client) === open) this.#open.delete(client);
    });
    const [oldest] = open;
    if (oldest === undefined || open.size <= this.#most) return;
    // It counts no more from here on: of several that come before its end is told each one ends another one.
    open.delete(oldest);
    oldest.destroy();
  }
}
