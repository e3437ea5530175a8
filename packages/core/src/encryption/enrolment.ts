import { z } from "zod";
import { sha256, TaplineError } from "../kernel/index.ts";
import { agentIdSchema, agentVersionSchema } from "../tap/index.ts";
import { certificatesIn } from "./certificate.ts";
import { maxRequestChars } from "./certificate-request.ts";

const prefix = "tle1-";
const secretBytes = 32;
const pinBytes = 32;
const checkBytes = 4;

/**
 * A one-time token in its parts. `secret` lets one machine enrol, once; `pin` is the SHA-256 of the root certificate
 * (DER), by which the machine knows the server before it says the secret.
 */
export type EnrolmentToken = { readonly secret: Buffer; readonly pin: Buffer };

/** `tle1-` and base64url of secret (32 bytes) · pin (32) · the first 4 bytes of the SHA-256 of both. */
export function writeToken({ secret, pin }: EnrolmentToken): string {
  const check = sha256(secret, pin).subarray(0, checkBytes);
  return prefix + Buffer.concat([secret, pin, check]).toString("base64url");
}

/** @throws TaplineError `invalid-input` where `text` was not copied whole */
export function readToken(text: string): EnrolmentToken {
  const bytes = Buffer.from(text.trim().slice(prefix.length), "base64url");
  const secret = bytes.subarray(0, secretBytes);
  const pin = bytes.subarray(secretBytes, secretBytes + pinBytes);
  const check = bytes.subarray(secretBytes + pinBytes);
  const isWhole = text.trim().startsWith(prefix) && check.length === checkBytes;
  if (!isWhole || !sha256(secret, pin).subarray(0, checkBytes).equals(check))
    throw new TaplineError("invalid-input", "the token is not whole", {
      remedy: "copy it again, from tle1- to its end",
      facts: { reason: "token-malformed" },
    });
  return { secret, pin };
}

/** What the server keeps of a token: the SHA-256 of its secret. */
export function tokenDigest(secret: Uint8Array): Buffer {
  return sha256(secret);
}

/** The pin of the first certificate in `pem`. @throws TaplineError `misconfigured` */
export function pinOf(pem: string): Buffer {
  const [root] = certificatesIn(pem, "the root certificate");
  return Buffer.from(root?.sha256 ?? "", "hex");
}

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
