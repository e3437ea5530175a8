import { z } from "zod";

/** Problem types that our HTTP doors answer with: the last part of a URN, stable for clients to branch on. */
export const problemTypes = [
  "invalid-request",
  "invalid-tap",
  "too-large",
  "unauthenticated",
  "forbidden",
  "revoked",
  "token-unknown",
  "token-used",
  "token-expired",
  "not-found",
  "overloaded",
  "unavailable",
  "internal",
] as const;

/**
 * A problem document (RFC 9457), served as `application/problem+json`.
 * `type` is `urn:tapline:problem:<name>`; `field` is a JSON Pointer (RFC 6901) to the offending place.
 */
export const problemSchema = z.object({
  type: z.templateLiteral(["urn:tapline:problem:", z.enum(problemTypes)]),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string(),
  field: z.string().optional(),
});

export type Problem = z.infer<typeof problemSchema>;
