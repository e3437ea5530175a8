import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { identityOf } from "./identity.ts";
import { schemaProblem } from "./problems.ts";
import { type ReportParts, takeReport } from "./take-report.ts";

/** Most bytes of a report. */
const maxReportBytes = 64 * 1024;

/** `POST /v1/report`: what an agent tells of itself, for agents that have no stream. */
export function addReport(server: FastifyInstance, parts: ReportParts): void {
  server.post("/v1/report", { bodyLimit: maxReportBytes }, (request, reply) => {
    const { agent } = identityOf(request.raw.socket);
    try {
      return takeReport(request.body, agent, parts.clock(), parts);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      reply.status(400).type("application/problem+json");
      return schemaProblem("invalid-request", error);
    }
  });
}
