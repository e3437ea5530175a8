import type { Server, TLSSocket } from "node:tls";
import { identityOf } from "./identity.ts";

const maxConnections = 10_000;
/** An agent needs a handful. Each may hold a body of 2 MiB that it never ends. */
const maxConnectionsPerAgent = 64;

/** How long a connection without a certificate may live. */
const strangerMs = 15_000;

/** However many knock, and however slowly, and whoever takes all he can: the door stays usable for the other agents. */
export function boundConnections(server: Server): void {
  server.maxConnections = maxConnections;
  const byAgent = new Map<string, Set<TLSSocket>>();
  server.on("secureConnection", (socket) => {
    const agent = agentOf(socket);
    if (agent !== null) return keepFew(byAgent, agent, socket);
    const timer = setTimeout(() => socket.destroy(), strangerMs);
    socket.once("close", () => clearTimeout(timer));
  });
}

/** An agent that lost its connections opens new ones: the oldest give way. */
function keepFew(byAgent: Map<string, Set<TLSSocket>>, agent: string, socket: TLSSocket): void {
  const open = byAgent.get(agent) ?? new Set();
  byAgent.set(agent, open.add(socket));
  socket.once("close", () => {
    open.delete(socket);
    if (open.size === 0 && byAgent.get(agent) === open) byAgent.delete(agent);
  });
  const [oldest] = open;
  if (open.size > maxConnectionsPerAgent) oldest?.destroy();
}

/** Null for a stranger, with or without a certificate. */
function agentOf(socket: TLSSocket): string | null {
  try {
    return identityOf(socket).agent;
  } catch {
    return null;
  }
}
