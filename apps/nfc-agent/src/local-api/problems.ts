import { type ErrorCode, messageOf, type Problem, TaplineError } from "@tapline/core/kernel";

const byCode: Partial<Record<ErrorCode, { name: ProblemName; status: number; title: string }>> = {
  "invalid-input": { name: "invalid-request", status: 400, title: "The request is not valid" },
  unauthenticated: { name: "unauthenticated", status: 401, title: "The token is missing or wrong" },
  forbidden: { name: "forbidden", status: 403, title: "This is not allowed" },
  "not-found": { name: "not-found", status: 404, title: "There is no such thing" },
  overloaded: { name: "overloaded", status: 503, title: "Come back later" },
};

type ProblemName = Problem["type"] extends `urn:tapline:problem:${infer Name}` ? Name : never;

const problem = (name: ProblemName, status: number, title: string, detail: string): Problem => ({
  type: `urn:tapline:problem:${name}`,
  title,
  status,
  detail,
});

/** The problem document (RFC 9457) of anything that was thrown. */
export function problemOf(error: unknown): Problem {
  const known = error instanceof TaplineError ? byCode[error.code] : undefined;
  if (known !== undefined) return problem(known.name, known.status, known.title, messageOf(error));
  const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500)
    return problem("invalid-request", status, "The request is not valid", messageOf(error));
  return problem("internal", 500, "Something is wrong on our side", "see the agent's log");
}
