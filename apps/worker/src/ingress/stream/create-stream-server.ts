import type { Server as TlsServer } from "node:tls";
import { Server } from "@grpc/grpc-js";
import { openGrpcOverTls } from "../../grpc-over-tls.ts";
import { boundConnections } from "../bound-connections.ts";
import { noteEnded } from "../note-ended.ts";
import { type DoorTls, tlsSettings } from "../tls-settings.ts";
import type { TurnedAway } from "../turned-away.ts";
import type { AgentStreams } from "./agent-streams.ts";
import { type DeliverHandler, ingestService } from "./service.ts";

/** Most bytes of one message, packed and unpacked. */
const maxMessageBytes = 2 * 1024 * 1024;

/** A connection that does not answer is found after the sum of these, ms: within 30 s. */
const pingAfterMs = 12_000;
const pingAnswerWithinMs = 8_000;

const options = {
  "grpc.max_receive_message_length": maxMessageBytes,
  "grpc.keepalive_time_ms": pingAfterMs,
  "grpc.keepalive_timeout_ms": pingAnswerWithinMs,
  "grpc.keepalive_permit_without_calls": 1,
  // The agent's stream, and its next one while the server has not seen the end of the first.
  "grpc.max_concurrent_streams": 2,
  "grpc.max_connection_idle_ms": 60_000,
};

export type StreamServerParts = {
  readonly tls: DoorTls;
  readonly streams: AgentStreams;
  readonly turnedAway: TurnedAway;
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
};

export type StreamServer = {
  readonly port: number;
  /** Where connections come in. */
  readonly listener: TlsServer;
  /** Answers what came and ends all streams, at most `graceMs`. */
  readonly stop: (graceMs: number) => Promise<void>;
};

/**
 * The agents' door by stream: gRPC over TLS 1.3 with client certificates, with the bounds of the REST side.
 */
export async function createStreamServer({
  tls,
  streams,
  turnedAway,
  host,
  port,
}: StreamServerParts): Promise<StreamServer> {
  const grpc = new Server(options);
  const deliver: DeliverHandler = (call) => streams.accept(call);
  grpc.addService(ingestService, { deliver });
  const { listener, destroy, ...served } = await openGrpcOverTls(grpc, {
    ...{ tls: tlsSettings(tls), host, port },
    bound: (opened) => {
      boundConnections(opened);
      noteEnded(opened, tls.agentCa, turnedAway);
    },
  });
  return {
    port: served.port,
    listener,
    stop: async (graceMs) => {
      listener.close();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, graceMs);
      });
      await Promise.race([streams.drain().then(() => flushed(grpc)), late]);
      clearTimeout(timer);
      streams.end();
      destroy();
    },
  };
}

/** Resolves once every stream's status has left. */
async function flushed(grpc: Server): Promise<void> {
  await new Promise<void>((resolve) => grpc.tryShutdown(() => resolve()));
}
