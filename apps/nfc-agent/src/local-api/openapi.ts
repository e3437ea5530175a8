import { problemSchema } from "@tapline/core/kernel";
import { z } from "zod";
import { readerSchema, statusSchema } from "../status/index.ts";
import { agentVersion } from "../version.ts";
import {
  oneTapSchema,
  readerPageSchema,
  readersQuerySchema,
  tapPageSchema,
  tapQuerySchema,
  tapsQuerySchema,
} from "./schemas.ts";

const jsonSchema = (schema: z.ZodType) => z.toJSONSchema(schema, { target: "draft-2020-12", io: "input" });
const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (description: string, name: string) => ({
  description,
  content: { "application/json": { schema: reference(name) } },
});
const refusal = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: reference("Problem") } },
});
const refusals = {
  "401": refusal("The token is missing or wrong."),
  "403": refusal("The Host header names another machine, or the page's origin may not call."),
};
const notFound = { "404": refusal("There is no such thing, or it is remembered no more.") };
const invalid = { "400": refusal("A parameter does not read.") };

/** The parameters of a query, out of the schema that checks it. */
function query(schema: z.ZodObject) {
  return Object.entries(schema.shape).map(([name, inner]) => ({
    name,
    in: "query",
    required: false,
    schema: jsonSchema(inner as z.ZodType),
  }));
}

const path = (name: string, type: string) => ({ name, in: "path", required: true, schema: { type } });

const plain = (operationId: string, summary: string, contentType: string, extra = {}) => ({
  get: {
    operationId,
    summary,
    security: [],
    responses: { "200": { description: summary, content: { [contentType]: {} } }, ...extra },
  },
});

const events =
  "Server-sent events: `reader`, `read-failed`, `tap` (kept in the outbox), `tap-progress`, `link`, `paused`. Each has an id; " +
  "with Last-Event-ID the stream goes on after it. `missed` says that events in between are remembered no more. A client that " +
  "leaves 2 MiB unread is cut.";

function paths() {
  const lastEventId = { name: "Last-Event-ID", in: "header", required: false, schema: { type: "string" } };
  return {
    "/v1/status": get("getStatus", "How the agent is", [], { "200": json("The status.", "Status") }),
    "/v1/readers": get("listReaders", "Readers by name", query(readersQuerySchema), {
      "200": json("A page of readers; `next` goes into `after`.", "ReaderPage"),
      ...invalid,
    }),
    "/v1/readers/{name}": get("getReader", "One reader", [path("name", "string")], {
      "200": json("The reader.", "Reader"),
      ...notFound,
    }),
    "/v1/taps": get("listTaps", "The last taps, newest first", query(tapsQuerySchema), {
      "200": json("A page of taps; `next` goes into `before`.", "TapPage"),
      ...invalid,
    }),
    "/v1/taps/{seq}": get("getTap", "One tap", [path("seq", "integer"), ...query(tapQuerySchema)], {
      "200": json("The tap; its raw bytes only with raw=1.", "Tap"),
      ...invalid,
      ...notFound,
    }),
    "/v1/events": get("followEvents", "Events as they come", [lastEventId], {
      "200": { description: events, content: { "text/event-stream": {} } },
      "503": refusal("As many clients listen as may."),
    }),
    "/healthz": plain("getHealth", "The process lives", "application/json"),
    "/readyz": plain("getReadiness", "The agent reads taps", "application/json", {
      "503": { description: "Reading pauses." },
    }),
    "/metrics": plain("getMetrics", "Metrics for Prometheus", "text/plain"),
  };
}

function get(operationId: string, summary: string, parameters: object[], responses: object) {
  return { get: { operationId, summary, parameters, responses: { ...responses, ...refusals } } };
}

/** The OpenAPI 3.1 description of the local API, made from the schemas that it is made with. */
export function openApiDocument() {
  return {
    openapi: "3.1.0",
    info: {
      title: "Tapline agent",
      version: agentVersion,
      description:
        "Readers and taps of this PC for software beside the agent. On loopback alone, with a token.",
    },
    security: [{ token: [] }],
    paths: paths(),
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: {
        Status: jsonSchema(statusSchema),
        Reader: jsonSchema(readerSchema),
        ReaderPage: jsonSchema(readerPageSchema),
        Tap: jsonSchema(oneTapSchema),
        TapPage: jsonSchema(tapPageSchema),
        Problem: jsonSchema(problemSchema),
      },
    },
  };
}
