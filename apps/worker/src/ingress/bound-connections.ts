import type { Server, TLSSocket } from "node:tls";
import { FewConnections } from "../few-connections.ts";
import { identityOf } from "./identity.ts";

const maxConnections = 10_000;
/** An agent needs a handful. Each may hold a body of 2 MiB that it never ends. */
const maxConnectionsPerAgent = 64;

/** How long a connection without a certificate may live. */
const strangerMs = 15_000;

/** However many knock, and however slowly, and whoever takes all he can: the door stays usable for the other agents. */
export function boundConnections(server: Server): void {
  server.maxConnections = maxConnections;
  const few = new FewConnections(maxConnectionsPerAgent);
  server.on("secureConnection", (socket) => {
    const agent = agentOf(socket);
    if (agent !== null) return few.add(agent, socket);
    const timer = setTimeout(() => socket.destroy(), strangerMs);
    socket.once("close", () => clearTimeout(timer));
  });
}

/** Null for a stranger, with or without a certificate. */
function agentOf(socket: TLSSocket): string | null {
  try {
    return identityOf(socket).agent;
  } catch {
    return null;
  }
}
