import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer } from "ws";
import { frameOf, livePicture } from "../site/live-picture.ts";
import { nowMs } from "../site/now-ms.ts";

/** The limit that the console's pushes are measured against: each frame to each connection, and nothing else. */
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
await once(server, "listening");

/** What the parent asks for. */
export type FanOutOrder = { readonly type: "fan-out"; readonly updates: number; readonly everyMs: number };

process.on("message", async ({ updates, everyMs }: FanOutOrder) => {
  const sentAtMs: number[] = [];
  const startMs = nowMs();
  for (let seq = 1; seq <= updates; seq++) {
    await sleep(Math.max(0, startMs + seq * everyMs - nowMs()));
    sentAtMs.push(nowMs());
    const frame = frameOf(livePicture("bare", seq));
    for (const client of server.clients) client.send(frame);
  }
  process.send?.({ type: "fanned-out", sentAtMs });
});
process.on("SIGTERM", () => process.exit(0));
process.on("disconnect", () => process.exit(0));
process.send?.({ type: "ready", port: (server.address() as AddressInfo).port });
