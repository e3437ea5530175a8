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
  /** Why it does not serve, null where it does. May look first; where it takes longer than who asks waits, that counts as no. */
  readonly notReady: () => string | null | Promise<string | null>;
  /** null: not yet. */
  readonly metrics: () => Promise<Exposition> | null;
};

/**
 * `/healthz` answers 200 while the process lives; `/readyz` 200 while it serves, 503 before and while it drains; `/metrics`
 * what it counted, for Prometheus. Nobody is asked who he is, so beyond loopback, where a kubelet's probes come from, there are no
 * metrics: scrapers come from the same host or pod. Nor is there a reason why it does not serve.
 */
export async function serveHealth(place: HealthPlace, { notReady, metrics }: HealthParts): Promise<Health> {
  const { port, host = "127.0.0.1" } = place;
  const server = createServer(async (request, response) => {
    if (request.url === "/metrics" && isLocal(request.socket)) return void tell(response, metrics());
    const isLook = request.url === "/readyz";
    if (!isLook && request.url !== "/healthz") return void answer(response, 404, "no");
    const why = isLook ? await notReady() : null;
    if (why === null) answer(response, 200, "ok");
    else answer(response, 503, isLocal(request.socket) ? `not ready: ${why}` : "no");
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

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain" }).end(`${text}\n`);
}

/** By both ends: what a mesh's proxy brings in has a loopback address at one of them alone, and Istio's brings it from 127.0.0.6. */
const isLocal = ({ localAddress, remoteAddress }: Socket): boolean =>
  [localAddress, remoteAddress].every((address) => address !== undefined && loopback.test(address));
const loopback = /^(::ffff:)?127\.(?!0\.0\.6$)|^::1$/;

async function tell(response: ServerResponse, metrics: Promise<Exposition> | null): Promise<void> {
  const told = await metrics?.catch(() => null);
  if (!told) answer(response, 503, "no");
  else response.writeHead(200, { "content-type": told.contentType }).end(told.text);
}
