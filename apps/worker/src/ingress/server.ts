import type { Server } from "node:https";
import { hasCode, TaplineError } from "@tapline/core/kernel";
import type { Receipt, ReceiptsResponse, TapResult } from "@tapline/core/tap";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { z } from "zod";
import { boundConnections } from "./bound-connections.ts";
import type { CreditStocks } from "./credits/credit-stocks.ts";
import type { Door } from "./door.ts";
import type { EnrolmentDesk } from "./enrolment/enrolment-desk.ts";
import { addEnrolment, enrolmentOpenPaths } from "./enrolment/enrolment-routes.ts";
import type { EpochLimits } from "./epoch-limits.ts";
import type { FleetPort } from "./fleet.ts";
import { assertAdmitted, identityOf } from "./identity.ts";
import { openApiDocument } from "./openapi.ts";
import { parseBody } from "./parse-body.ts";
import { problemOf } from "./problems.ts";
import { readBody } from "./read-body.ts";
import type { ReceiptWaiters } from "./receipt-waiters.ts";
import { addReport } from "./report-route.ts";
import type { AgentStanding } from "./standing.ts";
import { claimedEpoch, countTaps, takeTaps } from "./take-taps.ts";

/** Most bytes of one request, packed and unpacked: what an agent sends at once, with room to spare. */
const maxBodyBytes = 2 * 1024 * 1024;

/** What a request for receipts counts as in the bound of an agent's rate. */
const tapsPerReceiptRequest = 25;

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

export type IngressParts = {
  readonly tls: { readonly cert: Buffer; readonly key: Buffer; readonly agentCa: Buffer };
  readonly logger: FastifyBaseLogger;
  readonly clock: () => number;
  readonly standing: AgentStanding;
  readonly enrolment: EnrolmentDesk;
  readonly fleet: FleetPort;
  readonly epochs: EpochLimits;
  readonly door: Door;
  readonly waiters: ReceiptWaiters;
  readonly credits: CreditStocks;
  readonly receipts: (agent: string, after: string) => Promise<{ next: string; receipts: Receipt[] }>;
  readonly generation: () => Promise<string | null>;
  /** Told of each answered delivery. */
  readonly onTaken: (results: readonly TapResult[], acceptMs: number) => void;
};

/** The agents' door: TLS 1.3 with client certificates, REST. Only door checks are made here: who, size, rate. */
export function createIngress(parts: IngressParts): FastifyInstance {
  const { tls } = parts;
  const server = Fastify({
    loggerInstance: parts.logger,
    logController: new LogController({ disableRequestLogging: true }),
    // One logger for all requests: nothing is logged per request, so a child for each would be for nothing.
    childLoggerFactory: (logger) => logger,
    bodyLimit: maxBodyBytes,
    keepAliveTimeout: 75_000,
    requestTimeout: 30_000,
    https: {
      cert: tls.cert,
      key: tls.key,
      ca: tls.agentCa,
      requestCert: true,
      // Connections without a certificate get as far as a problem document that says so.
      rejectUnauthorized: false,
      minVersion: "TLSv1.3",
      handshakeTimeout: 10_000,
    },
  }) as unknown as FastifyInstance;
  boundConnections(server.server as Server);
  // Before any body is read: who is not known costs a handshake and an answer, no more.
  server.addHook("onRequest", (request, _reply, done) => {
    if (!openPaths.has(request.url)) assertAdmitted(identityOf(request.raw.socket), parts.standing);
    done();
  });
  server.removeContentTypeParser("application/json");
  server.addContentTypeParser(
    "application/json",
    { parseAs: "buffer" },
    async (request: FastifyRequest, body: Buffer) =>
      parseBody(await readBody(body, request.headers["content-encoding"], maxBodyBytes)),
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
  addTaps(server, parts);
  addReceipts(server, parts);
  addReport(server, parts);
  addEnrolment(server, parts);
  return server;
}

function addTaps(server: FastifyInstance, parts: IngressParts): void {
  server.post("/v1/taps", async (request, reply) => {
    const { agent } = identityOf(request.raw.socket);
    const nowEpochMs = parts.clock();
    const epoch = claimedEpoch(request.body);
    if (epoch !== null) parts.epochs.assertSparing(agent, epoch, nowEpochMs);
    const credits = parts.credits.of(agent);
    assertGranted(agent, await credits.takeAll(countTaps(request.body)));
    const unspent = (taps: number): void => credits.giveBack(taps);
    const taken = await takeTaps(request.body, agent, nowEpochMs, { door: parts.door, unspent });
    reply.status(taken.status);
    if ("problem" in taken) {
      parts.onTaken([{ seq: null, status: 400, problem: taken.problem }], parts.clock() - nowEpochMs);
      return reply.type("application/problem+json").send(taken.problem);
    }
    parts.onTaken(taken.body.results, parts.clock() - nowEpochMs);
    return taken.body;
  });
}

function addReceipts(server: FastifyInstance, parts: IngressParts): void {
  server.get("/v1/receipts", async (request) => {
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

/** @throws TaplineError `overloaded` where `agent` is to come again after `retryAfterMs` */
function assertGranted(agent: string, retryAfterMs: number | null): void {
  if (retryAfterMs === null) return;
  throw new TaplineError("overloaded", `agent ${agent} sends faster than it may, or the buffer is full`, {
    remedy: "keep the taps and send them later",
    facts: { retryAfterMs },
  });
}

function sendProblem(reply: FastifyReply, error: unknown, logger: FastifyBaseLogger): FastifyReply {
  const { problem, retryAfterS } = problemOf(error);
  if (problem.status === 401) reply.header("connection", "close");
  if (problem.status >= 500 && !hasCode(error, "unavailable")) logger.error({ err: error }, "request failed");
  if (retryAfterS !== null) reply.header("retry-after", String(retryAfterS));
  return reply.status(problem.status).type("application/problem+json").send(problem);
}
