import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket, type TlsOptions, type Server as TlsServer } from "node:tls";
import { type ConnectionInjector, type Server, ServerCredentials } from "@grpc/grpc-js";

export type GrpcOverTls = {
  readonly port: number;
  /** Where connections come in. */
  readonly listener: TlsServer;
  readonly injector: ConnectionInjector;
  /** Resolves once all connections that there are now have ended. */
  readonly ended: () => Promise<void>;
  /** Ends what is left at once. */
  readonly destroy: () => void;
};

/**
 * Serves gRPC behind a listener of our own: we end TLS ourselves, with bounds for which grpc-js has no settings, and hand it the
 * connections.
 * @param bound sets what the listener takes, before it takes anything
 * @param port 0 = any free one
 */
export async function openGrpcOverTls(
  grpc: Server,
  {
    tls,
    host,
    port,
    bound,
  }: {
    readonly tls: TlsOptions;
    readonly host: string;
    readonly port: number;
    readonly bound: (listener: TlsServer) => void;
  },
): Promise<GrpcOverTls> {
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Set<TLSSocket>();
  const listener = createServer({ ...tls, ALPNProtocols: ["h2"] });
  bound(listener);
  listener.on("secureConnection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.setNoDelay(true);
    injector.injectConnection(socket);
  });
  listener.listen(port, host);
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    ...{ listener, injector },
    ended: async () => {
      // `once` would reject where one breaks off, and then nobody would wait for the others.
      const ends = [...sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
      await Promise.all(ends);
    },
    destroy: () => {
      grpc.forceShutdown();
      for (const socket of sockets) socket.destroy();
    },
  };
}
