import { type ErrorCode, TaplineError } from "@tapline/core/kernel";
import { TRPCError } from "@trpc/server";

type TrpcCode = ConstructorParameters<typeof TRPCError>[0]["code"];

const codes: Record<ErrorCode, TrpcCode> = {
  "invalid-input": "BAD_REQUEST",
  unauthenticated: "UNAUTHORIZED",
  forbidden: "FORBIDDEN",
  "not-found": "NOT_FOUND",
  conflict: "CONFLICT",
  overloaded: "TOO_MANY_REQUESTS",
  unavailable: "SERVICE_UNAVAILABLE",
  corrupt: "INTERNAL_SERVER_ERROR",
  misconfigured: "INTERNAL_SERVER_ERROR",
};

/** What a browser is told about an error of ours, beside tRPC's own fields. */
export interface ErrorDetail {
  code: ErrorCode;
  remedy: string | null;
  facts: TaplineError["facts"];
}

/** Ours to tRPC's; anything else stays what it is. The one place that does this. */
export function toTrpcError(error: unknown): unknown {
  if (!(error instanceof TaplineError)) return error;
  return new TRPCError({ code: codes[error.code], message: error.message, cause: error });
}

/** The facts of an error of ours; `null` for any other. */
export function errorDetail(cause: unknown): ErrorDetail | null {
  if (!(cause instanceof TaplineError)) return null;
  return { code: cause.code, remedy: cause.remedy ?? null, facts: cause.facts };
}
