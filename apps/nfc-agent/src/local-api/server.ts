import { type Problem, TaplineError } from "@tapline/core/kernel";
import { type FastifyInstance, type FastifyReply, fastify } from "fastify";
import type { EventLog } from "./event-log.ts";
import { EventStream } from "./event-stream.ts";
import { guard } from "./guard.ts";
import { problemOf } from "./problems.ts";
import { type ApiSources, addRoutes } from "./routes.ts";

export type LocalApiOptions = Omit<ApiSources, "events"> & {
  eventLog: EventLog;
  token: string;
  origins: readonly string[];
  /** Default 15,000 ms. */
  heartbeatMs?: number;
  /** Default 2 MiB: well above all events that are remembered, which a client may get at once. */
  maxUnreadBytes?: number;
  /** Default 32. */
  maxEventClients?: number;
  onError: (error: unknown) => void;
};

export type LocalApi = { url: string; close(): Promise<void> };

const maxConnections = 256;

/** Serves the local API on loopback; port 0 takes any free one. @throws what the system says of the port */
export async function serveLocalApi(port: number, options: LocalApiOptions): Promise<LocalApi> {
  const { eventLog, token, origins, onError, ...sources } = options;
  const events = new EventStream({
    log: eventLog,
    heartbeatMs: options.heartbeatMs ?? 15_000,
    maxUnreadBytes: options.maxUnreadBytes ?? 2 * 1024 * 1024,
    maxClients: options.maxEventClients ?? 32,
  });
  const app = buildApp(guard({ token, origins }), onError);
  addRoutes(app, { ...sources, events });
  const url = await app.listen({ port, host: "127.0.0.1" });
  app.server.maxConnections = maxConnections;
  return {
    url,
    close: async () => {
      events.close();
      await app.close();
    },
  };
}

function buildApp(admit: ReturnType<typeof guard>, onError: (error: unknown) => void): FastifyInstance {
  const app = fastify({
    bodyLimit: 1024,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 512 },
  });
  app.addHook("onRequest", admit);
  app.setErrorHandler((error, _, reply) => {
    const problem = problemOf(error);
    if (problem.status === 500) onError(error);
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler((_, reply) => {
    return sendProblem(
      reply,
      problemOf(new TaplineError("not-found", "/v1/openapi.json lists what there is")),
    );
  });
  return app;
}

/** As bytes: to text, fastify would add a charset, which problem documents do not have. */
function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .type("application/problem+json")
    .send(Buffer.from(JSON.stringify(problem)));
}
