import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type Health = {
  readonly port: number;
  readonly close: () => void;
};

/**
 * `/healthz` answers 200 while the process lives; `/readyz` 200 while it serves, 503 before and while it drains.
 * On loopback only: probes come from the same host or pod.
 */
export async function serveHealth(port: number, isReady: () => boolean): Promise<Health> {
  const server = createServer((request, response) => {
    const known = request.url === "/healthz" || request.url === "/readyz";
    const status = !known ? 404 : request.url === "/healthz" || isReady() ? 200 : 503;
    response.writeHead(status, { "content-type": "text/plain" }).end(status === 200 ? "ok\n" : "no\n");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
