import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CelScalar, celEnv, isCelError, mapType, parse, plan } from "@bufbuild/cel";
import { strings } from "@bufbuild/cel/ext";
import { loadAllYaml } from "@kubernetes/client-node";

type Named = { name: string; expression: string };
type Rule = { apiGroups: string[]; operations: string[]; resources: string[] };
type Policy = {
  kind: string;
  spec: {
    matchConstraints: { resourceRules: Rule[] };
    matchConditions: Named[];
    variables?: Named[];
    validations: { message: string; expression: string }[];
  };
};

/** What is asked for of which resource. */
type Deed = {
  readonly group: string;
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

/** Expressions that were read once. */
const planned = new Map<string, (bindings: never) => unknown>();

/** @throws Error where the expression fails, which a policy that fails closed takes for a no */
function evaluate(expression: string, bindings: Bindings): unknown {
  const evaluation = planned.get(expression) ?? plan(env, parse(expression));
  planned.set(expression, evaluation);
  const value = evaluation(bindings as never);
  if (isCelError(value)) throw value;
  return value;
}

const policies = (loadAllYaml(readFileSync(path, "utf8")) as Policy[])
  .filter(({ kind }) => kind === "ValidatingAdmissionPolicy")
  .map(({ spec }) => spec);

/** One thing that was asked for, as the policies see it. */
export type Question = { readonly policy: Policy["spec"]; readonly bindings: Bindings };
/** All that was asked so far: what a change of a policy is tried by. */
export const questions: Question[] = [];

/** Why the manifests' policies refuse what is asked for; null where they do not. Evaluated as an API server does. */
export function refusedByPolicy(
  username: string,
  oldObject: object | null,
  object: object | null,
  deed: Deed = deployments,
): string | null {
  const { group, resource, operation, subResource = "" } = deed;
  const request = {
    ...{ userInfo: { username }, namespace: "tapline", operation },
    ...(subResource === null ? {} : { subResource }),
    resource: { group, version: "v1", resource },
  };
  const bindings = { object, oldObject, request, variables: {} as Record<string, unknown> };
  for (const policy of policies.filter((one) => concerns(one, deed)))
    if (policy.matchConditions.every(({ expression }) => evaluate(expression, bindings) === true)) {
      for (const { name, expression } of policy.variables ?? [])
        bindings.variables[name] = evaluate(expression, bindings);
      questions.push({ policy, bindings: { ...bindings, variables: { ...bindings.variables } } });
      for (const { message, expression } of policy.validations)
        if (evaluate(expression, bindings) !== true) return message;
    }
  return null;
}

function concerns({ matchConstraints }: Policy["spec"], { group, resource, operation }: Deed): boolean {
  return matchConstraints.resourceRules.some(
    ({ apiGroups, operations, resources }) =>
      apiGroups.includes(group) &&
      operations.includes(operation) &&
      (resources.includes(resource) || resources.includes("*/*")),
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
