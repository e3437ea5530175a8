import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAllYaml } from "@kubernetes/client-node";

type Rule = { apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] };
export type Attempt = { group: string; resource: string; verb: string; name?: string | undefined };

/** The Role that the manifests give to noops. */
export function rulesOfNoops(): Rule[] {
  const path = join(import.meta.dirname, "../../../../../istio/services/noops-rbac.yaml");
  const documents = loadAllYaml(readFileSync(path, "utf8")) as { kind: string; rules?: Rule[] }[];
  return documents.filter(({ kind }) => kind === "Role").flatMap(({ rules }) => rules ?? []);
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
