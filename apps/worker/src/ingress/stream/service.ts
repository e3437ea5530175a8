import type { handleBidiStreamingCall, ServiceDefinition } from "@grpc/grpc-js";
import { AgentMessage, decodeAgentMessage, IngestDefinition, ServerMessage } from "@tapline/core/tap";

export type DeliverHandler = handleBidiStreamingCall<AgentMessage, ServerMessage>;

const { name, requestStream, responseStream } = IngestDefinition.methods.deliver;

/** The service `Ingest` of the protocol, in the form that grpc-js takes. */
export const ingestService = {
  deliver: {
    path: `/${IngestDefinition.fullName}/${name}`,
    requestStream,
    responseStream,
    requestDeserialize: (bytes: Buffer): AgentMessage => decodeAgentMessage(bytes),
    requestSerialize: (message: AgentMessage): Buffer => Buffer.from(AgentMessage.encode(message).finish()),
    responseSerialize: (message: ServerMessage): Buffer =>
      Buffer.from(ServerMessage.encode(message).finish()),
    responseDeserialize: (bytes: Buffer): ServerMessage => ServerMessage.decode(bytes),
  },
} satisfies ServiceDefinition;
