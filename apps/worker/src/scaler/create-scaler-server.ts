import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type StatusObject,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import type { GetMetricsRequest, IsActiveResponse, ScaledObjectRef } from "@tapline/core/balance";
import { hasCode, messageOf } from "@tapline/core/kernel";
import { atMost } from "../roles/within.ts";
import type { ScalerAnswers } from "./answers.ts";
import { scalerService } from "./service.ts";

/** PEM: the scaler's certificate with its chain, its key, and whose word on those who ask counts. */
export type ScalerTls = { readonly cert: string; readonly key: string; readonly clientCa: string };

export type RunningScaler = { readonly port: number; readonly stop: (graceMs: number) => Promise<void> };

const options = {
  "grpc.max_receive_message_length": 64 * 1024,
  "grpc.keepalive_time_ms": 30_000,
  "grpc.keepalive_timeout_ms": 10_000,
};

const maxConnections = 256;

/** Answers KEDA's questions by gRPC over TLS 1.3; who has no certificate of the named authority gets no connection. */
export async function createScalerServer(
  answers: ScalerAnswers,
  { host, port, tls }: { readonly host: string; readonly port: number; readonly tls: ScalerTls },
): Promise<RunningScaler> {
  const grpc = new Server(options);
  const open = new Set<ServerWritableStream<ScaledObjectRef, IsActiveResponse>>();
  grpc.addService(scalerService, {
    isActive: unary((of: ScaledObjectRef) => ({ result: answers.isActive(of) })),
    getMetricSpec: unary((of: ScaledObjectRef) => answers.spec(of)),
    getMetrics: unary(({ scaledObjectRef }: GetMetricsRequest) =>
      answers.metrics(scaledObjectRef ?? { scalerMetadata: {} }),
    ),
    streamIsActive: (call: ServerWritableStream<ScaledObjectRef, IsActiveResponse>) => {
      try {
        // It never changes, so the first answer is the last; the stream stays, as who opened it expects.
        call.write({ result: answers.isActive(call.request) });
        open.add(call);
        call.once("close", () => open.delete(call));
        call.once("cancelled", () => open.delete(call));
      } catch (error) {
        call.emit("error", statusOf(error));
      }
    },
  });
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Set<TLSSocket>();
  const listener = createServer({
    ...{ cert: tls.cert, key: tls.key, ca: tls.clientCa, requestCert: true, rejectUnauthorized: true },
    ...{ minVersion: "TLSv1.3", handshakeTimeout: 10_000, ALPNProtocols: ["h2"] },
  });
  listener.maxConnections = maxConnections;
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
    stop: async (graceMs) => {
      listener.close();
      for (const call of open) call.end();
      // What is said last leaves before the connections end.
      const ended = [...sockets].map((socket) => once(socket, "close"));
      injector.drain(graceMs);
      await atMost(graceMs, Promise.all(ended));
      grpc.forceShutdown();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function unary<Request, Response>(answer: (request: Request) => Response | Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, done: sendUnaryData<Response>): void => {
    Promise.resolve(call.request)
      .then(answer)
      .then(
        (response) => done(null, response),
        (error: unknown) => done(statusOf(error)),
      );
  };
}

function statusOf(error: unknown): Pick<StatusObject, "code" | "details"> {
  return {
    code: hasCode(error, "invalid-input") ? status.INVALID_ARGUMENT : status.UNAVAILABLE,
    details: messageOf(error),
  };
}
