import { type CelResult, isCelError, parse, plan } from "@bufbuild/cel";
import { expect, test } from "vitest";
import { type Expr, mutantsOf } from "./cel-mutants.fixture.ts";
import { env, type Question, questions } from "./cluster-admission.fixture.ts";
// Their cases run here, too: what they ask is what changes of the policies are tried by.
import "./noops-admission.test.ts";
import "./noops-admission-fields.test.ts";
import "./noops-admission-mesh.test.ts";
import "./noops-admission-objects.test.ts";
import "./noops-admission-routes.test.ts";

/** Which settings are named core's own list says: packages/core/src/rollout/release/release.test.ts. */
const isOfSettings = (what: string): boolean => what.startsWith("[LOG_LEVEL,");

/** That a part is for one resource alone it says for its reader: of others it has nothing to look at, and lets them through. */
const isForWhom = /^_\|\|_\(_!=_\(request\.resource\.resource, .* => (?!_!=_)/;

/** What an expression answers; one that fails is told from one that says no, though an API server refuses by both. */
function answering(expr: Expr): (question: Question) => "yes" | "no" | "failed" {
  const evaluate = plan(env, expr);
  return ({ bindings }) => {
    const value: CelResult = evaluate(bindings as never);
    if (isCelError(value)) return "failed";
    return value === true ? "yes" : "no";
  };
}

test("no part of a policy can be changed without a case that sees it", () => {
  const unseen: string[] = [];
  let tried = 0;
  for (const policy of new Set(questions.map((one) => one.policy))) {
    const asked = questions.filter((one) => one.policy === policy);
    const exprs = policy.validations.map(({ expression }) => parse(expression).expr);
    const answers = exprs.map((expr) => asked.map(answering(expr)));
    exprs.forEach((expr, index) => {
      // Where another part says no, too, it does not matter what this one says.
      const mine = asked.flatMap((question, at) =>
        answers.some((row, other) => other !== index && row[at] === "no")
          ? []
          : [{ question, was: answers[index]?.[at] }],
      );
      for (const { what, expr: changed } of mutantsOf(expr)) {
        if (isOfSettings(what) || isForWhom.test(what)) continue;
        tried += 1;
        const answer = answering(changed);
        if (mine.every(({ question, was }) => answer(question) === was)) unseen.push(what);
      }
    });
  }
  expect(unseen).toEqual([]);
  expect(tried).toBeGreaterThan(800);
}, 300_000);
