import type { Server } from "node:tls";

const maxConnections = 10_000;

/** How long a connection without a certificate may live. */
const strangerMs = 15_000;

/** However many knock, and however slowly: the door stays usable for agents. */
export function boundConnections(server: Server): void {
  server.maxConnections = maxConnections;
  server.on("secureConnection", (socket) => {
    if (socket.authorized) return;
    const timer = setTimeout(() => socket.destroy(), strangerMs);
    socket.once("close", () => clearTimeout(timer));
  });
}
