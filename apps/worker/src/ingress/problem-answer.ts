import { hasCode, type Problem } from "@tapline/core/kernel";
import { problemOf } from "./problems.ts";

export const problemType = "application/problem+json; charset=utf-8";

/** Log of what nobody expected. */
export type FailureLog = { readonly error: (facts: object, text: string) => void };

/** What a request that failed is answered with; what is our own fault is logged. */
export function problemAnswer(
  error: unknown,
  log: FailureLog,
): { readonly problem: Problem; readonly headers: Readonly<Record<string, string>> } {
  const { problem, retryAfterS } = problemOf(error);
  if (problem.status >= 500 && !hasCode(error, "unavailable")) log.error({ err: error }, "request failed");
  const headers: Record<string, string> = { "content-type": problemType };
  if (problem.status === 401) headers.connection = "close";
  if (retryAfterS !== null) headers["retry-after"] = String(retryAfterS);
  return { problem, headers };
}
