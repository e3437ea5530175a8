import { status } from "@grpc/grpc-js";
import { type ErrorCode, TaplineError } from "@tapline/core/kernel";
import type { ServedOutcome } from "@tapline/core/telemetry";

const byCode: Readonly<Record<ErrorCode, status>> = {
  "invalid-input": status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  "not-found": status.NOT_FOUND,
  conflict: status.ABORTED,
  overloaded: status.RESOURCE_EXHAUSTED,
  unavailable: status.UNAVAILABLE,
  corrupt: status.INTERNAL,
  misconfigured: status.INTERNAL,
};

/** The status that ends a stream for anything that was thrown. What is wrong on our side is not told. */
export function statusOf(error: unknown): { readonly code: status; readonly details: string } {
  const code = error instanceof TaplineError ? byCode[error.code] : status.INTERNAL;
  if (code === status.INTERNAL || !(error instanceof TaplineError))
    return { code, details: "something is wrong on our side; see the server's log" };
  const details = error.remedy === undefined ? error.message : `${error.message}; ${error.remedy}`;
  return { code, details };
}

/** What a stream that ends with `code` counts as. */
export function outcomeOf(code: status): ServedOutcome {
  return code === status.INTERNAL || code === status.UNAVAILABLE ? "server_error" : "client_error";
}
