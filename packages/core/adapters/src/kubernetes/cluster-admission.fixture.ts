import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CelScalar, celEnv, isCelError, mapType, parse, plan } from "@bufbuild/cel";
import { strings } from "@bufbuild/cel/ext";
import { loadAllYaml } from "@kubernetes/client-node";

type Named = { name: string; expression: string };
type Policy = {
  kind: string;
  spec: {
    matchConditions: Named[];
    variables: Named[];
    validations: { message: string; expression: string }[];
  };
};

const path = join(import.meta.dirname, "../../../../../istio/services/noops-admission.yaml");
const any = mapType(CelScalar.STRING, CelScalar.DYN);
const variables = { object: any, oldObject: any, request: any, variables: any };

type Bindings = Record<keyof typeof variables, unknown>;

/** Expressions that were read once. */
const planned = new Map<string, (bindings: never) => unknown>();

/** @throws Error where the expression fails, which a policy that fails closed takes for a no */
function evaluate(expression: string, bindings: Bindings): unknown {
  const evaluation =
    planned.get(expression) ?? plan(celEnv({ variables, funcs: strings }), parse(expression));
  planned.set(expression, evaluation);
  const value = evaluation(bindings as never);
  if (isCelError(value)) throw value;
  return value;
}

function readPolicy(): Policy["spec"] {
  const documents = loadAllYaml(readFileSync(path, "utf8")) as Policy[];
  const policy = documents.find(({ kind }) => kind === "ValidatingAdmissionPolicy");
  if (policy === undefined) throw new Error(`no policy in ${path}`);
  return policy.spec;
}
const policy = readPolicy();

/** Why the manifests' policy refuses a change of a Deployment; null where it does not. Evaluated as an API server does. */
export function refusedByPolicy(username: string, oldObject: object, object: object): string | null {
  const request = { userInfo: { username }, namespace: "tapline" };
  const bindings = { object, oldObject, request, variables: {} as Record<string, unknown> };
  if (!policy.matchConditions.every(({ expression }) => evaluate(expression, bindings) === true)) return null;
  for (const { name, expression } of policy.variables)
    bindings.variables[name] = evaluate(expression, bindings);
  for (const { message, expression } of policy.validations)
    if (evaluate(expression, bindings) !== true) return message;
  return null;
}
