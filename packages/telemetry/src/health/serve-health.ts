import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Exposition } from "../metrics/index.ts";

export type Health = {
  readonly port: number;
  readonly close: () => void;
};

export type HealthParts = {
  readonly isReady: () => boolean;
  /** null: not yet. */
  readonly metrics: () => Promise<Exposition> | null;
};

/**
 * `/healthz` answers 200 while the process lives; `/readyz` 200 while it serves, 503 before and while it drains; `/metrics`
 * what it counted, for Prometheus. On loopback only, since nobody is asked who he is: probes and scrapers come from the same
 * host or pod.
 */
export async function serveHealth(port: number, { isReady, metrics }: HealthParts): Promise<Health> {
  const server = createServer((request, response) => {
    if (request.url === "/metrics") return void tell(response, metrics());
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

async function tell(response: ServerResponse, metrics: Promise<Exposition> | null): Promise<void> {
  const told = await metrics?.catch(() => null);
  if (!told) response.writeHead(503, { "content-type": "text/plain" }).end("no\n");
  else response.writeHead(200, { "content-type": told.contentType }).end(told.text);
}
