import {
  Server,
  type ServerUnaryCall,
  type ServerWritableStream,
  type StatusObject,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import type { GetMetricsRequest, IsActiveResponse, ScaledObjectRef } from "@tapline/core/balance";
import { hasCode, messageOf } from "@tapline/core/kernel";
import { FewConnections } from "../few-connections.ts";
import { openGrpcOverTls } from "../grpc-over-tls.ts";
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
  // A connection on which nothing is asked must answer, too.
  "grpc.keepalive_permit_without_calls": 1,
  // KEDA asks by one call for each service at a time, and may keep a stream for each.
  "grpc.max_concurrent_streams": 64,
  // It asks each 30 s unless told otherwise.
  "grpc.max_connection_idle_ms": 600_000,
};

const maxConnections = 256;
/** KEDA's operator and its metrics server, each with replicas, keep one or two; they may bear the same certificate. */
const maxConnectionsPerClient = 16;
/** Who does not end its handshake takes a place for so long, ms. */
const handshakeMs = 5_000;

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
  const few = new FewConnections(maxConnectionsPerClient);
  const { listener, injector, ended, destroy, ...served } = await openGrpcOverTls(grpc, {
    ...{ host, port },
    tls: {
      ...{ cert: tls.cert, key: tls.key, ca: tls.clientCa, requestCert: true, rejectUnauthorized: true },
      ...{ minVersion: "TLSv1.3", handshakeTimeout: handshakeMs },
    },
    bound: (opened) => {
      opened.maxConnections = maxConnections;
      opened.on("secureConnection", (socket) => few.add(socket.getPeerCertificate().fingerprint256, socket));
    },
  });
  return {
    port: served.port,
    stop: async (graceMs) => {
      listener.close();
      for (const call of open) call.end();
      // What is said last leaves before the connections end.
      const left = ended();
      injector.drain(graceMs);
      await atMost(graceMs, left);
      destroy();
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
