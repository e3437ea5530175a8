import {
  certificateResponseSchema,
  enrolRequestSchema,
  renewRequestSchema,
  trustResponseSchema,
} from "@tapline/core/tap";
import { json, jsonSchema, reference, refusal } from "../openapi-parts.ts";

const busy = {
  "429": refusal("Too many ask; Retry-After says when to come back."),
  "503": refusal("This door gives out no certificates, or the registry does not answer."),
};

/** Enrolment's part of the door's OpenAPI document. */
export const enrolmentOpenApi = {
  paths: {
    "/v1/trust": {
      get: {
        operationId: "getTrust",
        summary: "Who vouches for this door; to be compared with a pin. Needs no certificate",
        responses: {
          "200": { description: "The root certificate.", content: json(reference("Trust")) },
          ...busy,
        },
      },
    },
    "/v1/enrol": {
      post: {
        operationId: "postEnrol",
        summary: "Get a client certificate for a one-time token. Needs no certificate",
        requestBody: { required: true, content: json(reference("Enrol")) },
        responses: {
          "200": { description: "The certificate.", content: json(reference("Certificate")) },
          "400": refusal("The request is not valid; the token can still be used."),
          "401": refusal("The token is unknown, was used, or has ended: `type` says which."),
          "413": refusal("The request is too large."),
          ...busy,
        },
      },
    },
    "/v1/renew": {
      post: {
        operationId: "postRenew",
        summary: "Get a new client certificate by the present one",
        requestBody: { required: true, content: json(reference("Renew")) },
        responses: {
          "200": { description: "The certificate.", content: json(reference("Certificate")) },
          "400": refusal("The request is not valid."),
          "401": refusal("The connection shows no valid agent certificate."),
          "403": refusal("The certificate is valid but names no agent, or was revoked."),
          "413": refusal("The request is too large."),
          ...busy,
        },
      },
    },
  },
  schemas: {
    Trust: jsonSchema(trustResponseSchema),
    Enrol: jsonSchema(enrolRequestSchema),
    Renew: jsonSchema(renewRequestSchema),
    Certificate: jsonSchema(certificateResponseSchema),
  },
};
