import { TaplineError } from "@tapline/core/kernel";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { ReaderBoard, Status } from "../status/index.ts";
import type { EventStream } from "./event-stream.ts";
import { openApiDocument } from "./openapi.ts";
import { number, readersQuerySchema, tapQuerySchema, tapsQuerySchema } from "./schemas.ts";
import type { TapLog } from "./tap-log.ts";

/** What the API shows. */
export type ApiSources = {
  status: () => Status;
  readers: ReaderBoard;
  taps: TapLog;
  events: EventStream;
  /** The outbox's epoch: numbers of taps count within it. */
  epoch: number;
  /** Metrics in Prometheus's text form, and their content type. */
  metrics: () => Promise<{ text: string; contentType: string }>;
};

/** Adds all routes; each is a reading of what `sources` hold. */
export function addRoutes(app: FastifyInstance, sources: ApiSources): void {
  const { status, readers, taps, epoch } = sources;
  app.get("/healthz", () => ({ status: "ok" }));
  app.get("/readyz", (_, reply) => {
    const { paused } = status();
    return reply.code(paused === null ? 200 : 503).send({ status: paused ?? "ok" });
  });
  app.get("/metrics", async (_, reply) => {
    const { text, contentType } = await sources.metrics();
    return reply.type(contentType).send(text);
  });
  app.get("/v1/openapi.json", () => openApiDocument());
  app.get("/v1/status", () => status());
  app.get("/v1/readers", (request) => {
    const { limit, after } = parse(readersQuerySchema, request.query);
    const page = readers.list(limit + 1, after);
    const next = page.length > limit ? (page[limit - 1]?.reader ?? null) : null;
    return { readers: page.slice(0, limit), next };
  });
  app.get<{ Params: { name: string } }>("/v1/readers/:name", (request) => {
    const reader = readers.get(request.params.name);
    if (reader === null) throw new TaplineError("not-found", "no reader of this name is known");
    return reader;
  });
  app.get("/v1/taps", (request) => {
    const { limit, before, status: tapStatus, reader } = parse(tapsQuerySchema, request.query);
    return { epoch, ...taps.list({ status: tapStatus, reader }, limit, before ?? null) };
  });
  app.get<{ Params: { seq: string } }>("/v1/taps/:seq", (request) => {
    const seq = parse(number.min(1), request.params.seq);
    const { raw } = parse(tapQuerySchema, request.query);
    const tap = taps.get(seq);
    if (tap === null)
      throw new TaplineError("not-found", "this tap is not among the last ones of this agent");
    return { epoch, ...tap, ...(raw === "1" ? { raw: taps.raw(seq)?.toString("base64") ?? null } : {}) };
  });
  app.get("/v1/events", (request, reply) => {
    sources.events.refuseIfFull();
    const after = request.headers["last-event-id"];
    const headers = reply.getHeaders() as Record<string, string>;
    reply.hijack();
    sources.events.serve(reply.raw, typeof after === "string" ? after : null, headers);
  });
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TaplineError("invalid-input", z.prettifyError(parsed.error));
}
