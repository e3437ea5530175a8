import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { WebConfig } from "./config.ts";

/** How long a client may take to send its headers, and a whole request; sockets that stand are not counted. */
const bounds = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 };

/** A server that does not wait for ever on clients that send slowly. @param given other times, for tests */
export function createBoundedServer(tls: WebConfig["tls"], given: Partial<typeof bounds> = {}): Server {
  const options = { ...bounds, ...given };
  if (tls === undefined) return createServer(options);
  return createTlsServer({ ...options, cert: tls.certPem, key: tls.keyPem });
}
