import { z } from "zod";
import { agentVersionSchema } from "./agent-report.ts";
import { agentIdSchema } from "./wire.ts";

/** A certificate request with a P-256 key is under 600 characters; what is far longer is not looked at. */
export const maxRequestChars = 4096;

const pem = z.string().min(1).max(16_384);

/** `GET /v1/trust`: who vouches for the server. Nothing of it is to be believed without a pin. */
export const trustResponseSchema = z.object({
  /** PEM of the root certificate. */
  ca: pem,
  /** The server's clock, ms since 1970: lets an agent see that its own is wrong. */
  atEpochMs: z.int().min(0),
});

export type TrustResponse = z.infer<typeof trustResponseSchema>;

const csr = z.string().min(1).max(maxRequestChars);

/** `POST /v1/enrol` */
export const enrolRequestSchema = z.strictObject({
  /** The token's secret, base64url. */
  token: z.string().regex(/^[A-Za-z0-9_-]{43}$/, "must be 32 bytes in base64url"),
  /** PKCS #10 request, PEM. */
  csr,
  /** What the machine calls itself, for the admin's list. */
  hostname: z.string().regex(/^[^\p{C}]{1,253}$/u, "must be 1-253 printable characters"),
  version: agentVersionSchema,
});

/** `POST /v1/renew`, over a connection with the present certificate. */
export const renewRequestSchema = z.strictObject({ csr });

/** What an agent gets for its request. */
export const certificateResponseSchema = z.object({
  agent: agentIdSchema,
  /** Its certificate, PEM, followed by authorities between it and the agents' authority if there are any. */
  certificate: pem,
  /** PEM of the root certificate, which the server's certificate comes from. */
  ca: pem,
  notAfterEpochMs: z.int().min(0),
});

export type CertificateResponse = z.infer<typeof certificateResponseSchema>;
