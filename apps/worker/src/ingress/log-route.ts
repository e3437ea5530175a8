import { agentLogSchema } from "@tapline/core/tap";
import type { FastifyInstance } from "fastify";
import { identityOf } from "./identity.ts";
import type { LogPort } from "./log-desk.ts";
import { schemaProblem } from "./problems.ts";

/** Most bytes of a log, as JSON. */
const maxLogBytes = 256 * 1024;

/** `POST /v1/log`: the last lines of an agent's log, for agents that have no stream and were asked in the answer to a report. */
export function addLog(server: FastifyInstance, { logs }: { readonly logs: LogPort }): void {
  server.post("/v1/log", { bodyLimit: maxLogBytes }, (request, reply) => {
    const { agent } = identityOf(request.raw.socket);
    const read = agentLogSchema.safeParse(request.body);
    if (!read.success) {
      reply.status(400).type("application/problem+json");
      return schemaProblem("invalid-request", read.error);
    }
    logs.told(agent, read.data);
    reply.status(204);
    return null;
  });
}
