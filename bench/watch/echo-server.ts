import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { nowMs } from "../site/now-ms.ts";

/** What breach to paint is measured against: a page that shows each message, and a server that sends them. */
export type EchoServer = {
  readonly origin: string;
  /** @returns when it was handed to the socket, by `nowMs` */
  readonly send: (text: string) => number;
  readonly stop: () => Promise<void>;
};

export async function startEcho(): Promise<EchoServer> {
  const page = await readFile(new URL("./echo-page.html", import.meta.url));
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(page);
  });
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    send: (text) => {
      const atMs = nowMs();
      for (const client of sockets.clients) client.send(text);
      return atMs;
    },
    stop: async () => {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
