import { problemSchema } from "@tapline/core/kernel";
import {
  agentCanHeader,
  agentLogSchema,
  agentReportSchema,
  canSendLog,
  maxTapsPerRequest,
  postTapSchema,
  postTapsResponseSchema,
  postTapsSchema,
  receiptsResponseSchema,
  reportAnswerSchema,
  submittedTapSchema,
} from "@tapline/core/tap";
import { enrolmentOpenApi } from "./enrolment/enrolment-openapi.ts";
import { json, jsonSchema, reference, refusal } from "./openapi-parts.ts";

const refusals = {
  "401": refusal("The connection shows no valid agent certificate."),
  "403": refusal("The certificate is valid but names no agent, or was revoked."),
  "429": refusal("Too many taps for now; Retry-After says when to come back."),
  "503": refusal("The buffer is not available; Retry-After says when to come back."),
};

const reportPath = {
  post: {
    operationId: "postReport",
    summary: "Tell how the agent is; hear what it should be",
    requestBody: { required: true, content: json(reference("Report")) },
    responses: {
      "200": {
        description:
          "Two readings of the server's clock, and settings and version for this agent (null: nothing to say).",
        content: json(reference("ReportAnswer")),
      },
      "400": refusal("The report is not valid."),
      ...refusals,
    },
  },
};

const logPath = {
  post: {
    operationId: "postLog",
    summary: "Send the last lines of the agent's log",
    description:
      "Only where the answer to a report has asked for them (log), by whose id; others are passed over. An agent is asked " +
      `where its reports have the header ${agentCanHeader}: ${canSendLog}.`,
    requestBody: { required: true, content: json(reference("Log")) },
    responses: {
      "204": { description: "It was taken, or passed over." },
      "400": refusal("It is no log."),
      ...refusals,
    },
  },
};

const receiptsPath = {
  get: {
    operationId: "getReceipts",
    summary: "Wait for verdicts on delivered taps",
    parameters: [
      { name: "after", in: "query", schema: { type: "string", pattern: "^\\d+(-\\d+)?$" } },
      {
        name: "waitMs",
        in: "query",
        schema: { type: "integer", minimum: 0, maximum: 30_000, default: 0 },
      },
    ],
    responses: {
      "200": { description: "Receipts after the cursor.", content: json(reference("Receipts")) },
      ...refusals,
    },
  },
};

/** The OpenAPI 3.1 description of the agents' door, made from the schemas that the door itself checks with. */
export function openApiDocument() {
  return {
    openapi: "3.1.0",
    info: {
      title: "Tapline ingest",
      version: "1.0.0",
      description:
        "Agents deliver taps, fetch receipts and report. Every call needs an agent's client certificate, but for this " +
        "page and the two by which a machine gets its first one.",
    },
    paths: {
      "/v1/taps": {
        post: {
          operationId: "postTaps",
          summary: "Deliver one tap or many",
          description:
            "A tap is named by (agent, epoch, seq), the agent being what the certificate says. Sending it again " +
            `is safe. At most ${maxTapsPerRequest} taps in one request. The body may come in gzip.`,
          requestBody: {
            required: true,
            content: json({ oneOf: [reference("OneTap"), reference("ManyTaps")] }),
          },
          responses: {
            "202": { description: "All taps are durable.", content: json(reference("Results")) },
            "207": { description: "Some taps were refused.", content: json(reference("Results")) },
            "400": {
              description: "Nothing was taken.",
              content: {
                ...json(reference("Results")),
                "application/problem+json": { schema: reference("Problem") },
              },
            },
            "413": refusal("The request is too large."),
            ...refusals,
          },
        },
      },
      "/v1/receipts": receiptsPath,
      "/v1/report": reportPath,
      "/v1/log": logPath,
      ...enrolmentOpenApi.paths,
    },
    components: {
      schemas: {
        OneTap: jsonSchema(postTapSchema),
        ManyTaps: {
          ...jsonSchema(postTapsSchema),
          properties: {
            epoch: jsonSchema(postTapsSchema.shape.epoch),
            taps: {
              type: "array",
              minItems: 1,
              maxItems: maxTapsPerRequest,
              items: jsonSchema(submittedTapSchema),
            },
          },
        },
        Results: jsonSchema(postTapsResponseSchema),
        Receipts: jsonSchema(receiptsResponseSchema),
        Report: jsonSchema(agentReportSchema),
        Log: jsonSchema(agentLogSchema),
        ReportAnswer: jsonSchema(reportAnswerSchema),
        ...enrolmentOpenApi.schemas,
        Problem: jsonSchema(problemSchema),
      },
    },
  };
}
