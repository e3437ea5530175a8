import { type CelResult, isCelError, parse, plan } from "@bufbuild/cel";
import { expect, test } from "vitest";
import { type Expr, mutantsOf } from "./cel-mutants.fixture.ts";
import {
  concerns,
  env,
  type Planned,
  planOf,
  policies,
  type Question,
  questions,
  withVariables,
} from "./cluster-admission.fixture.ts";
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

type Policy = (typeof policies)[number];
type Answer = "yes" | "no" | "failed";

/** What an expression answers; one that fails is told from one that says no, though an API server refuses by both. */
function answer(planned: Planned, bindings: unknown): Answer {
  const value: CelResult = planned(bindings as never);
  if (isCelError(value)) return "failed";
  return value === true ? "yes" : "no";
}

const exprOf = (expression: string): Expr => parse(expression).expr;

/** What was asked that a policy is for, and where not of whom alone. */
const concerning = (policy: Policy): Question[] => questions.filter(({ deed }) => concerns(policy, deed));
const asks = (policy: Policy, { bindings }: Question): boolean =>
  policy.matchConditions.every(({ expression }) => answer(planOf(expression), bindings) === "yes");

/** The cases of a policy, and what each of its validations answers in them. */
function casesOf(policy: Policy) {
  const asked = concerning(policy).filter((question) => asks(policy, question));
  const known = asked.map(({ bindings }) => withVariables(policy, bindings));
  const answers = policy.validations.map(({ expression }) =>
    known.map((bindings) => answer(planOf(expression), bindings)),
  );
  /** Where another part says no, too, it does not matter what this one says. */
  const matters = (index: number, at: number): boolean =>
    answers.every((row, other) => other === index || row[at] !== "no");
  return { asked, known, answers, matters };
}

/** The changes of a policy's validations that no case sees, and how many were tried. */
function unseenOfValidations(policy: Policy): { tried: number; unseen: string[] } {
  const { known, answers, matters } = casesOf(policy);
  const tried = policy.validations.flatMap(({ expression }, index) =>
    mutantsOf(exprOf(expression))
      .filter(({ what }) => !isOfSettings(what) && !isForWhom.test(what))
      .map(({ what, expr }) => {
        const planned = plan(env, expr);
        const isSeen = known.some(
          (bindings, at) => matters(index, at) && answer(planned, bindings) !== answers[index]?.[at],
        );
        return { what, isSeen };
      }),
  );
  return { tried: tried.length, unseen: tried.flatMap(({ what, isSeen }) => (isSeen ? [] : [what])) };
}

/** The same of its variables, by the validations that name them. */
function unseenOfVariables(policy: Policy): string[] {
  const { asked, answers, matters } = casesOf(policy);
  return (policy.variables ?? []).flatMap(({ name, expression }) =>
    mutantsOf(exprOf(expression)).flatMap(({ what, expr }) => {
      const planned = plan(env, expr);
      const isSeen = asked.some(({ bindings }, at) => {
        const changed = withVariables(policy, bindings, (of) => (of === name ? planned : undefined));
        return policy.validations.some(
          (one, index) =>
            one.expression.includes("variables.") &&
            matters(index, at) &&
            answer(planOf(one.expression), changed) !== answers[index]?.[at],
        );
      });
      return isSeen ? [] : [`${name}: ${what}`];
    }),
  );
}

const ofEach = <T>(of: (policy: Policy) => T[]): T[] => policies.flatMap(of);

test("no part of a policy's validations can be changed without a case that sees it", () => {
  const found = policies.map(unseenOfValidations);
  expect(found.flatMap(({ unseen }) => unseen)).toEqual([]);
  for (const { tried } of found) expect(tried).toBeGreaterThan(0);
}, 300_000);

test("nor can a part of its variables", () => {
  expect(ofEach(unseenOfVariables)).toEqual([]);
}, 300_000);

test("nor can a part of whom it is for", () => {
  const unseen = ofEach((policy) =>
    policy.matchConditions.flatMap(({ expression }) =>
      mutantsOf(exprOf(expression)).flatMap(({ what, expr }) => {
        const planned = plan(env, expr);
        const isSeen = concerning(policy).some(
          ({ bindings }) => answer(planned, bindings) !== answer(planOf(expression), bindings),
        );
        return isSeen ? [] : [what];
      }),
    ),
  );
  expect(unseen).toEqual([]);
});

/** What may stand in the place of a list, each time with less in it. */
const fewer = (list: readonly string[]): string[][] => [
  ...list.map((_, left) => list.toSpliced(left, 1)),
  ...list.flatMap((one, at) => (one === "*" ? [list.with(at, "v1")] : [])),
  ...list.flatMap((one, at) => (one === "*/*" ? [list.with(at, "*")] : [])),
];

test("nor can a group, a version, a deed or a resource be left out of what it is for", () => {
  const unseen = ofEach((policy) =>
    policy.matchConstraints.resourceRules.flatMap((rule, at) =>
      (["apiGroups", "apiVersions", "operations", "resources"] as const).flatMap((field) =>
        fewer(rule[field]).filter((list) => {
          const resourceRules = policy.matchConstraints.resourceRules.with(at, { ...rule, [field]: list });
          const changed = { ...policy, matchConstraints: { resourceRules } };
          return concerning(policy).every(({ deed }) => concerns(changed, deed));
        }),
      ),
    ),
  );
  expect(unseen).toEqual([]);
});
