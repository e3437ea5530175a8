import { type ErrorCode, problemSchema, TaplineError } from "@tapline/core/kernel";
import { postTapSchema, submittedTapSchema } from "@tapline/core/tap";
import { describe, expect, test } from "vitest";
import { problemOf, schemaProblem } from "./problems.ts";

const good = { seq: 1, readAtEpochMs: 1, reader: "r", payload: "AAAA" };

describe("a problem document", () => {
  const statuses: [ErrorCode, number, string][] = [
    ["invalid-input", 400, "invalid-request"],
    ["unauthenticated", 401, "unauthenticated"],
    ["forbidden", 403, "forbidden"],
    ["not-found", 404, "not-found"],
    ["conflict", 409, "invalid-request"],
    ["overloaded", 429, "overloaded"],
    ["unavailable", 503, "unavailable"],
    ["corrupt", 500, "internal"],
    ["misconfigured", 500, "internal"],
  ];

  test.each(statuses)("of %s has status %i and type %s", (code, status, name) => {
    const { problem } = problemOf(new TaplineError(code, "what happened", { remedy: "what to do" }));
    expect(problemSchema.parse(problem)).toMatchObject({ status, type: `urn:tapline:problem:${name}` });
    expect(problem.detail.includes("what happened; what to do")).toBe(status !== 500);
  });

  test("says in whole seconds when to come back, and only where waiting helps", () => {
    const after = (code: ErrorCode, retryAfterMs?: number) =>
      problemOf(new TaplineError(code, "x", retryAfterMs === undefined ? {} : { facts: { retryAfterMs } }))
        .retryAfterS;
    expect([after("overloaded", 2_001), after("overloaded", 1), after("unavailable")]).toEqual([3, 1, 1]);
    expect([after("invalid-input"), after("corrupt"), after("conflict")]).toEqual([null, null, null]);
  });

  test("of an unknown error tells nothing of the inside", () => {
    const { problem } = problemOf(new Error("password is hunter2"));
    expect(problem).toMatchObject({ status: 500, type: "urn:tapline:problem:internal" });
    expect(JSON.stringify(problem)).not.toContain("hunter2");
    expect(problemOf("text").problem.status).toBe(500);
  });

  test("of what the HTTP server refuses keeps its status", () => {
    const refused = (statusCode: number) => problemOf(Object.assign(new Error("no"), { statusCode })).problem;
    expect(refused(413)).toMatchObject({ status: 413, type: "urn:tapline:problem:too-large" });
    expect(refused(415)).toMatchObject({ status: 415, type: "urn:tapline:problem:invalid-request" });
    expect(refused(502)).toMatchObject({ status: 500 });
  });
});

describe("the problem of a body that breaks its schema", () => {
  const of = (body: unknown, at?: string) => {
    const parsed = submittedTapSchema.safeParse(body);
    if (parsed.success) throw new Error("the body is good");
    return problemSchema.parse(schemaProblem("invalid-tap", parsed.error, at));
  };

  test.each([
    ["a missing field", { ...good, seq: undefined }, "/seq"],
    ["a wrong value", { ...good, payload: "%%%" }, "/payload"],
    ["an unknown field, escaped as RFC 6901 wants", { ...good, "a/b~c": 1 }, "/a~1b~0c"],
    ["the whole", "text", ""],
  ])("names %s", (_what, body, field) => {
    expect(of(body)).toMatchObject({ status: 400, field, type: "urn:tapline:problem:invalid-tap" });
  });

  test("says where in the batch the tap stood", () => {
    expect(of({ ...good, seq: 0 }, "/taps/7").field).toBe("/taps/7/seq");
  });

  test("knows the epoch beside a lone tap", () => {
    const parsed = postTapSchema.safeParse(good);
    expect(schemaProblem("invalid-tap", parsed.error!).field).toBe("/epoch");
  });
});
