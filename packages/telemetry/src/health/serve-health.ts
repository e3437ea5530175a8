import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Exposition } from "../metrics/index.ts";

export type Health = {
  readonly port: number;
  readonly close: () => void;
};

export type HealthPlace = {
  readonly port: number;
  /** Default: loopback. */
  readonly host?: string;
};

export type HealthParts = {
  /** May look first; where it takes longer than who asks waits, that counts as no. */
  readonly isReady: () => boolean | Promise<boolean>;
  /** null: not yet. */
  readonly metrics: () => Promise<Exposition> | null;
};

/**
 * `/healthz` answers 200 while the process lives; `/readyz` 200 while it serves, 503 before and while it drains; `/metrics`
 * what it counted, for Prometheus. Nobody is asked who he is, so beyond loopback, where a kubelet's probes come from, there are no
 * metrics: scrapers come from the same host or pod.
 */
export async function serveHealth(place: HealthPlace, { isReady, metrics }: HealthParts): Promise<Health> {
  const { port, host = "127.0.0.1" } = place;
  const server = createServer(async (request, response) => {
    if (request.url === "/metrics" && isLocal(request.socket)) return void tell(response, metrics());
    const known = request.url === "/healthz" || request.url === "/readyz";
    const status = !known ? 404 : request.url === "/healthz" || (await isReady()) ? 200 : 503;
    response.writeHead(status, { "content-type": "text/plain" }).end(status === 200 ? "ok\n" : "no\n");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** By both ends: what a mesh's proxy brings in has a loopback address at one of them alone, and Istio's brings it from 127.0.0.6. */
const isLocal = ({ localAddress, remoteAddress }: Socket): boolean =>
  [localAddress, remoteAddress].every((address) => address !== undefined && loopback.test(address));
const loopback = /^(::ffff:)?127\.(?!0\.0\.6$)|^::1$/;

async function tell(response: ServerResponse, metrics: Promise<Exposition> | null): Promise<void> {
  const told = await metrics?.catch(() => null);
  if (!told) response.writeHead(503, { "content-type": "text/plain" }).end("no\n");
  else response.writeHead(200, { "content-type": told.contentType }).end(told.text);
}
