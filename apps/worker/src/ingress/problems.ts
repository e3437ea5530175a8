import { type ErrorCode, type Problem, problemTypes, TaplineError } from "@tapline/core/kernel";
import type { z } from "zod";

const byCode: Readonly<Record<ErrorCode, { name: ProblemName; status: number; title: string }>> = {
  "invalid-input": { name: "invalid-request", status: 400, title: "The request is not valid" },
  unauthenticated: { name: "unauthenticated", status: 401, title: "Who you are is not known" },
  forbidden: { name: "forbidden", status: 403, title: "You may not do this" },
  "not-found": { name: "not-found", status: 404, title: "There is no such thing" },
  conflict: { name: "invalid-request", status: 409, title: "The state has moved on" },
  overloaded: { name: "overloaded", status: 429, title: "Come back later" },
  unavailable: { name: "unavailable", status: 503, title: "A part is not available" },
  corrupt: { name: "internal", status: 500, title: "Something is wrong on our side" },
  misconfigured: { name: "internal", status: 500, title: "Something is wrong on our side" },
};

type ProblemName = Problem["type"] extends `urn:tapline:problem:${infer Name}` ? Name : never;

/** A problem document (RFC 9457). */
export function problem(
  name: ProblemName,
  status: number,
  title: string,
  detail: string,
  field?: string,
): Problem {
  const type = `urn:tapline:problem:${name}` as const;
  return field === undefined ? { type, title, status, detail } : { type, title, status, detail, field };
}

/** The problem of a body that breaks its schema; `at` is the JSON Pointer of the part that was checked. */
export function schemaProblem(name: "invalid-request" | "invalid-tap", error: z.ZodError, at = ""): Problem {
  const [issue] = error.issues;
  const keys = issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1).map(shortened) : [];
  const path = [...(issue?.path ?? []), ...keys].map((part) =>
    String(part).replaceAll("~", "~0").replaceAll("/", "~1"),
  );
  const field = [at, ...path].join("/");
  const title = name === "invalid-tap" ? "The tap is not valid" : byCode["invalid-input"].title;
  return problem(
    name,
    400,
    title,
    `${field || "the body"}: ${shortened(issue?.message ?? "is not valid")}`,
    field,
  );
}

/** Maps anything thrown to a problem and, where the caller should wait, for how many seconds. */
export function problemOf(error: unknown): { problem: Problem; retryAfterS: number | null } {
  if (error instanceof TaplineError) {
    const { name: usual, status, title } = byCode[error.code];
    // An error that clients branch on by itself names its own problem.
    const name = problemTypes.find((type) => type === error.facts.problem) ?? usual;
    const detail = error.remedy === undefined ? error.message : `${error.message}; ${error.remedy}`;
    const waitMs = Number(error.facts.retryAfterMs ?? 1_000);
    const waits = error.code === "overloaded" || error.code === "unavailable";
    return {
      problem: problem(name, status, title, status === 500 ? "see the server's log" : detail),
      retryAfterS: waits ? Math.max(1, Math.ceil(waitMs / 1000)) : null,
    };
  }
  const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500;
  if (status === 413)
    return plain(problem("too-large", 413, "The request is too large", "send fewer taps at once"));
  if (status >= 400 && status < 500)
    return plain(problem("invalid-request", status, "The request is not valid", (error as Error).message));
  return plain(problem("internal", 500, "Something is wrong on our side", "see the server's log"));
}

const plain = (document: Problem) => ({ problem: document, retryAfterS: null });

/** A message may repeat what was sent; a problem document stays small. */
function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
