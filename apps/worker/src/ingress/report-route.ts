import { agentCanHeader, canSendLog, type ReportAnswer } from "@tapline/core/tap";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { identityOf } from "./identity.ts";
import type { LogPort } from "./log-desk.ts";
import { schemaProblem } from "./problems.ts";
import { type ReportParts, takeReport } from "./take-report.ts";

/** Most bytes of a report. */
const maxReportBytes = 64 * 1024;

/** `POST /v1/report`: what an agent tells of itself, for agents that have no stream. */
export function addReport(server: FastifyInstance, parts: ReportParts & { readonly logs: LogPort }): void {
  server.post("/v1/report", { bodyLimit: maxReportBytes }, (request, reply) => {
    const { agent } = identityOf(request.raw.socket);
    try {
      const answer = takeReport(request.body, agent, parts.clock(), parts);
      return withLogWanted(answer, agent, request.headers[agentCanHeader], parts.logs);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      reply.status(400).type("application/problem+json");
      return schemaProblem("invalid-request", error);
    }
  });
}

/** Asks for the agent's log where somebody wants it, if the agent says it can send it. @param can what it can, a comma list */
function withLogWanted(
  answer: ReportAnswer,
  agent: string,
  can: string | readonly string[] | undefined,
  logs: LogPort,
): ReportAnswer {
  const wanted = logs.wantedOf(agent);
  if (wanted === null) return answer;
  if (
    String(can ?? "")
      .split(",")
      .includes(canSendLog)
  )
    return { ...answer, log: wanted };
  logs.told(agent, { id: wanted.id, text: null });
  return answer;
}
