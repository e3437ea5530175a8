import { once } from "node:events";
import type { KpiLive } from "@tapline/core/kpi";
import { io } from "socket.io-client";
import { WebSocket } from "ws";
import { nowMs } from "../site/now-ms.ts";

/** Connects so many at a time: browsers do not all come in one millisecond. */
const atOnce = 25;

/** What the parent asks for. */
export type WatchersOrder =
  | {
      readonly type: "connect";
      readonly url: string;
      readonly clients: number;
      /** Of a person who is signed in to the console; null: the server is a bare one. */
      readonly cookie: string | null;
    }
  | { readonly type: "tell" };

/** What came: update `seqs[i]` at `atMs[i]` (`nowMs`) to client `clients[i]`. */
export type Arrivals = {
  readonly type: "arrivals";
  readonly seqs: number[];
  readonly atMs: number[];
  readonly clients: number[];
};

let arrivals: Arrivals = { type: "arrivals", seqs: [], atMs: [], clients: [] };
const ends: (() => void)[] = [];

function note(client: number, seq: number): void {
  arrivals.atMs.push(nowMs());
  arrivals.seqs.push(seq);
  arrivals.clients.push(client);
}

async function connectConsole(url: string, cookie: string, client: number): Promise<void> {
  const socket = io(url, {
    ...{ transports: ["websocket"], forceNew: true, reconnection: false },
    extraHeaders: { cookie },
  });
  ends.push(() => socket.disconnect());
  socket.on("kpi", ({ seq }: KpiLive) => note(client, seq));
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  await socket.timeout(30_000).emitWithAck("subscribe", "kpi");
}

async function connectBare(url: string, client: number): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  ends.push(() => socket.close());
  // As much as Socket.IO's client does with a frame: what follows the packet's type is parsed.
  socket.on("message", (data) => {
    const [, { seq }] = JSON.parse(String(data).slice(2)) as [string, KpiLive];
    note(client, seq);
  });
  await once(socket, "open");
}

process.on("message", async (order: WatchersOrder) => {
  if (order.type === "tell") {
    process.send?.(arrivals);
    arrivals = { type: "arrivals", seqs: [], atMs: [], clients: [] };
    for (const end of ends.splice(0)) end();
    return;
  }
  const { url, clients, cookie } = order;
  for (let first = 0; first < clients; first += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, clients - first) }, (_, i) => first + i);
    await Promise.all(
      some.map((client) =>
        cookie === null ? connectBare(url, client) : connectConsole(url, cookie, client),
      ),
    );
  }
  process.send?.({ type: "connected" });
});
process.on("SIGTERM", () => process.exit(0));
process.on("disconnect", () => process.exit(0));
process.send?.({ type: "ready" });
