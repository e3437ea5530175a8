import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAllYaml } from "@kubernetes/client-node";

export type Rule = { apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] };
export type Attempt = { group: string; resource: string; verb: string; name?: string | undefined };

type Manifest = { kind: string; rules?: Rule[] };

/** The account of noops and what it may do, as the manifests have it. */
export function manifestsOfNoops(): Manifest[] {
  const path = join(import.meta.dirname, "../../../../../istio/services/noops-rbac.yaml");
  return loadAllYaml(readFileSync(path, "utf8")) as Manifest[];
}

/** The Role among them. */
export function rulesOfNoops(): Rule[] {
  return manifestsOfNoops().flatMap(({ rules }) => rules ?? []);
}

/** As the API server's authorizer decides. */
export function allows(rules: readonly Rule[], attempt: Attempt): boolean {
  return rules.some(
    (rule) =>
      rule.apiGroups.includes(attempt.group) &&
      rule.resources.includes(attempt.resource) &&
      rule.verbs.includes(attempt.verb) &&
      (rule.resourceNames === undefined || rule.resourceNames.includes(attempt.name ?? "")),
  );
}
