import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CelResult, CelScalar, celEnv, isCelError, mapType, parse, plan } from "@bufbuild/cel";
import { strings } from "@bufbuild/cel/ext";
import { loadAllYaml } from "@kubernetes/client-node";

type Named = { name: string; expression: string };
type Rule = Record<"apiGroups" | "apiVersions" | "operations" | "resources", string[]>;
type Policy = {
  kind: string;
  spec: {
    failurePolicy: "Fail" | "Ignore";
    matchConstraints: { resourceRules: Rule[] };
    matchConditions: Named[];
    variables?: Named[];
    validations: { message: string; expression: string }[];
  };
};

/** What is asked for of which resource. */
type Deed = {
  readonly group: string;
  /** Of the API that the resource is written by; `v1` where it is not said. */
  readonly version?: string;
  readonly resource: string;
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  /** Null: it is not said, which is as good as the empty one that stands for none. */
  readonly subResource?: string | null;
};

const deployments: Deed = { group: "apps", resource: "deployments", operation: "UPDATE" };

const path = join(import.meta.dirname, "../../../../../istio/services/noops-admission.yaml");
const any = mapType(CelScalar.STRING, CelScalar.DYN);
const variables = { object: any, oldObject: any, request: any, variables: any };

/** What expressions may call, and the names that they know. */
export const env = celEnv({ variables, funcs: strings });

type Bindings = Record<keyof typeof variables, unknown>;

/** What `plan` makes of an expression: its value, or the error that it ends in. */
export type Planned = (bindings: never) => CelResult;
/** Expressions that were read once. */
const planned = new Map<string, Planned>();

export function planOf(expression: string): Planned {
  const evaluation = planned.get(expression) ?? plan(env, parse(expression));
  planned.set(expression, evaluation);
  return evaluation;
}

/** @throws CelError where the expression fails */
function evaluate(expression: string, bindings: Bindings): unknown {
  const value = planOf(expression)(bindings as never);
  if (isCelError(value)) throw value;
  return value;
}

export const policies = (loadAllYaml(readFileSync(path, "utf8")) as Policy[])
  .filter(({ kind }) => kind === "ValidatingAdmissionPolicy")
  .map(({ spec }) => spec);

/** One thing that was asked for, as the policies see it; what `variables` are is each policy's own. */
export type Question = { readonly deed: Deed; readonly bindings: Bindings };
/** All that was asked so far: what a change of a policy is tried by. */
export const questions: Question[] = [];

/**
 * What a policy's variables are, of which later ones name earlier ones. One that fails is not there: whoever asks for it fails,
 * and nobody else, as an API server looks at a variable where it is asked for alone.
 * @param planFor how the variable of this name is evaluated, where otherwise than its expression says
 */
export function withVariables(
  policy: Policy["spec"],
  bindings: Bindings,
  planFor: (name: string) => Planned | undefined = () => undefined,
): Bindings {
  const known: Record<string, unknown> = {};
  for (const { name, expression } of policy.variables ?? []) {
    const value = (planFor(name) ?? planOf(expression))({ ...bindings, variables: known } as never);
    if (!isCelError(value)) known[name] = value;
  }
  return { ...bindings, variables: known };
}

/**
 * Why the manifests' policies refuse what is asked for; null where they do not. Evaluated as an API server does.
 * @throws CelError where an expression fails, which is a no of a policy that fails closed
 */
export function refusedByPolicy(
  username: string,
  oldObject: object | null,
  object: object | null,
  deed: Deed = deployments,
): string | null {
  const { group, version = "v1", resource, operation, subResource = "" } = deed;
  const request = {
    ...{ userInfo: { username }, namespace: "tapline", operation },
    ...(subResource === null ? {} : { subResource }),
    resource: { group, version, resource },
  };
  const question: Question = { deed, bindings: { object, oldObject, request, variables: {} } };
  questions.push(question);
  for (const policy of policies) {
    const refusal = concerns(policy, deed) ? refusedBy(policy, question) : null;
    if (refusal !== null) return refusal;
  }
  return null;
}

function refusedBy(policy: Policy["spec"], { bindings }: Question): string | null {
  try {
    if (!policy.matchConditions.every(({ expression }) => evaluate(expression, bindings) === true))
      return null;
    const known = withVariables(policy, bindings);
    return policy.validations.find(({ expression }) => evaluate(expression, known) !== true)?.message ?? null;
  } catch (error) {
    if (policy.failurePolicy === "Ignore") return null;
    throw error;
  }
}

/** Whether a policy is for what is asked for at all. */
export function concerns({ matchConstraints }: Policy["spec"], deed: Deed): boolean {
  const { group, version = "v1", operation, resource, subResource } = deed;
  const has = (list: readonly string[], one: string): boolean => list.includes("*") || list.includes(one);
  return matchConstraints.resourceRules.some(
    (rule) =>
      has(rule.apiGroups, group) &&
      has(rule.apiVersions, version) &&
      has(rule.operations, operation) &&
      (rule.resources.includes("*/*") || (!subResource && has(rule.resources, resource))),
  );
}

const foreign = { "example.org/kept": "1" };
const fence = { "tapline.dev/fence": "1" };
type Annotations = Readonly<Record<string, string>> | null;

/** Annotations before and after, and whether noops may change the one to the other: its own it may, others it may not. */
export const annotationSteps: readonly (readonly [
  before: Annotations,
  after: Annotations,
  isItsOwn: boolean,
])[] = [
  [{ ...foreign, ...fence }, { ...foreign, "tapline.dev/fence": "2" }, true],
  [{ ...foreign, ...fence }, foreign, true],
  [fence, null, true],
  [null, fence, true],
  [foreign, { "example.org/kept": "2" }, false],
  [{ ...foreign, ...fence }, fence, false],
  [foreign, null, false],
  [null, foreign, false],
  [fence, { ...fence, ...foreign }, false],
];
