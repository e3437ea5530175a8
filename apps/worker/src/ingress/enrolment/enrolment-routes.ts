import { TaplineError, traceIdOf } from "@tapline/core/kernel";
import { enrolRequestSchema, renewRequestSchema } from "@tapline/core/tap";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { identityOf } from "../identity.ts";
import { schemaProblem } from "../problems.ts";
import type { EnrolmentDesk } from "./enrolment-desk.ts";
import { KnockLimits } from "./knock-limits.ts";

/** Paths that need no client certificate: who asks has none yet. */
export const enrolmentOpenPaths = ["/v1/trust", "/v1/enrol"] as const;

/** A request with its token and a P-256 key is under 1 KiB. */
const maxBytes = 8 * 1024;

/** `GET /v1/trust`, `POST /v1/enrol`, `POST /v1/renew`. */
export function addEnrolment(
  server: FastifyInstance,
  { enrolment, clock }: { readonly enrolment: EnrolmentDesk; readonly clock: () => number },
): void {
  // Agents have bounds of their own: strangers must not keep them from renewing.
  const [strangers, agents] = [new KnockLimits(), new KnockLimits()];
  const knock = (limits: KnockLimits, who: string): void => {
    const retryAfterMs = limits.take(who, clock());
    if (retryAfterMs === 0) return;
    throw new TaplineError("overloaded", "too many ask for a certificate", {
      remedy: "come back later",
      facts: { retryAfterMs },
    });
  };
  // In onRequest: who knocks too often is sent away before his body is read.
  const bounded = (admit: (request: FastifyRequest) => void) => ({
    bodyLimit: maxBytes,
    onRequest: (request: FastifyRequest, _reply: unknown, done: () => void) => {
      admit(request);
      done();
    },
  });
  const options = bounded(({ ip }) => knock(strangers, ip));
  const ofAgents = bounded(({ raw }) => knock(agents, identityOf(raw.socket).agent));
  server.get("/v1/trust", options, () => enrolment.trust());
  server.post("/v1/enrol", options, async (request, reply) => {
    const wish = enrolRequestSchema.safeParse(request.body);
    return wish.success ? await enrolment.enrol(wish.data, traceOf(request)) : refuse(reply, wish.error);
  });
  server.post("/v1/renew", ofAgents, async (request, reply) => {
    const wish = renewRequestSchema.safeParse(request.body);
    if (!wish.success) return refuse(reply, wish.error);
    return await enrolment.renew(identityOf(request.raw.socket), wish.data.csr, traceOf(request));
  });
}

const traceOf = ({ headers }: FastifyRequest): string | null => traceIdOf(headers.traceparent);

function refuse(reply: FastifyReply, error: z.ZodError) {
  reply.status(400).type("application/problem+json");
  return schemaProblem("invalid-request", error);
}
