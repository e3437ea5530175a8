import { createServer } from "node:https";
import { TaplineError } from "@tapline/core/kernel";
import type { Receipt, ReceiptsResponse } from "@tapline/core/tap";
import { outcomeOfStatus } from "@tapline/core/telemetry";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { z } from "zod";
import { assertGranted } from "./assert-granted.ts";
import { boundConnections } from "./bound-connections.ts";
import type { EnrolmentDesk } from "./enrolment/enrolment-desk.ts";
import { addEnrolment, enrolmentOpenPaths } from "./enrolment/enrolment-routes.ts";
import type { FleetPort } from "./fleet.ts";
import { identityOf } from "./identity.ts";
import type { LogPort } from "./log-desk.ts";
import { addLog } from "./log-route.ts";
import { noteEnded } from "./note-ended.ts";
import { openApiDocument } from "./openapi.ts";
import { parseBody } from "./parse-body.ts";
import { isPostTaps, type PostTapsParts, postTaps } from "./post-taps.ts";
import { problemAnswer } from "./problem-answer.ts";
import { readBody } from "./read-body.ts";
import type { ReceiptWaiters } from "./receipt-waiters.ts";
import { addReport } from "./report-route.ts";
import { type DoorTls, tlsSettings } from "./tls-settings.ts";
import { admit } from "./turned-away.ts";

/** Most bytes of one request, packed and unpacked: what an agent sends at once, with room to spare. */
const maxBodyBytes = 2 * 1024 * 1024;

/** What a request for receipts counts as in the bound of an agent's rate. */
const tapsPerReceiptRequest = 25;

const receiptsPath = "/v1/receipts";
const openApiPath = "/v1/openapi.json";
/** What needs no client certificate. */
const openPaths: ReadonlySet<string> = new Set([openApiPath, ...enrolmentOpenPaths]);

const receiptsQuerySchema = z.object({
  after: z
    .string()
    .regex(/^\d{1,15}(-\d{1,15})?$/)
    .default("0"),
  waitMs: z.coerce.number().int().min(0).max(30_000).default(0),
});

export type IngressParts = PostTapsParts & {
  readonly tls: DoorTls;
  readonly logger: FastifyBaseLogger;
  readonly enrolment: EnrolmentDesk;
  readonly fleet: FleetPort;
  readonly logs: LogPort;
  readonly waiters: ReceiptWaiters;
  readonly receipts: (agent: string, after: string) => Promise<{ next: string; receipts: Receipt[] }>;
  readonly generation: () => Promise<string | null>;
};

/** The agents' door: TLS 1.3 with client certificates, REST. Only door checks are made here: who, size, rate. */
export function createIngress(parts: IngressParts): FastifyInstance {
  let isClosing = false;
  const taps = postTaps(parts, maxBodyBytes, () => isClosing);
  const server = Fastify({
    loggerInstance: parts.logger,
    logController: new LogController({ disableRequestLogging: true }),
    // One logger for all requests: nothing is logged per request, so a child for each would be for nothing.
    childLoggerFactory: (logger) => logger,
    bodyLimit: maxBodyBytes,
    serverFactory: (others) => {
      const limits = { keepAliveTimeout: 75_000, requestTimeout: 30_000 };
      const https = createServer({ ...tlsSettings(parts.tls), ...limits }, (request, response) =>
        isPostTaps(request) ? taps(request, response) : others(request, response),
      );
      boundConnections(https);
      noteEnded(https, parts.tls.agentCa, parts.turnedAway);
      return https;
    },
  }) as unknown as FastifyInstance;
  server.addHook("preClose", (done) => {
    isClosing = true;
    done();
  });
  // Before any body is read: who is not known costs a handshake and an answer, no more.
  server.addHook("onRequest", (request, _reply, done) => {
    if (!openPaths.has(request.url))
      admit(identityOf(request.raw.socket), "request", parts, request.headers.traceparent);
    done();
  });
  // What clients write is no label: a path that there is none of counts as `unknown`.
  server.addHook("onResponse", ({ method, routeOptions }, { statusCode, elapsedTime }, done) => {
    const route = routeOptions.url === undefined ? "unknown" : `${method} ${routeOptions.url}`;
    // Who asks for receipts waits as long as he said: that is no latency.
    const tookMs = routeOptions.url === receiptsPath ? null : elapsedTime;
    parts.served.record(route, outcomeOfStatus(statusCode), tookMs);
    done();
  });
  server.removeContentTypeParser("application/json");
  server.addContentTypeParser(
    "application/json",
    { parseAs: "buffer" },
    async (request: FastifyRequest, body: Buffer) =>
      // The route's own bound holds for what is unpacked, too.
      parseBody(
        await readBody(
          body,
          request.headers["content-encoding"],
          request.routeOptions.bodyLimit ?? maxBodyBytes,
        ),
      ),
  );
  server.setErrorHandler((error, _request, reply) => sendProblem(reply, error, parts.logger));
  server.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      new TaplineError("not-found", `there is no ${request.method} ${request.url}`),
      parts.logger,
    ),
  );
  const document = openApiDocument();
  server.get(openApiPath, () => document);
  addReceipts(server, parts);
  addReport(server, parts);
  addLog(server, parts);
  addEnrolment(server, parts);
  return server;
}

function addReceipts(server: FastifyInstance, parts: IngressParts): void {
  server.get(receiptsPath, async (request) => {
    const { agent } = identityOf(request.raw.socket);
    const query = receiptsQuerySchema.safeParse(request.query);
    if (!query.success)
      throw new TaplineError("invalid-input", "after must be a cursor and waitMs an integer of 0 to 30000");
    const { after, waitMs } = query.data;
    assertGranted(agent, await parts.credits.takeRate(agent, tapsPerReceiptRequest));
    const { news, stop } = parts.waiters.listen(agent, waitMs);
    try {
      let found = await parts.receipts(agent, after);
      if (found.receipts.length === 0 && waitMs > 0) {
        await news;
        found = await parts.receipts(agent, after);
      }
      const answer: ReceiptsResponse = { generation: (await parts.generation()) ?? "", ...found };
      return answer;
    } finally {
      stop();
    }
  });
}

function sendProblem(reply: FastifyReply, error: unknown, logger: FastifyBaseLogger): FastifyReply {
  const { problem, headers } = problemAnswer(error, logger);
  return reply.status(problem.status).headers(headers).send(problem);
}
