import type { Manifest } from "../mesh/index.ts";

/** What must be there before what is applied after it; kinds that stand nowhere come in the middle. */
const firstKinds = [
  ...["Namespace", "ServiceAccount", "Secret", "ConfigMap", "Role", "RoleBinding"],
  // Nobody gets in, nobody does what it may not, before anybody is there.
  ...["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"],
  ...["PeerAuthentication", "AuthorizationPolicy", "NetworkPolicy", "Sidecar"],
];
const stores = /^(StatefulSet|Cluster)$/;
const processes = /^Deployment$/;

/** What is applied at once, and what is waited for before the next. */
export type Stages = Readonly<{
  base: readonly Manifest[];
  stores: readonly Manifest[];
  jobs: readonly Manifest[];
  processes: readonly Manifest[];
}>;

/** In which order an overlay is applied: rules and secrets before who needs them, stores before migrations, these before processes. */
export function stagesOf(manifests: readonly Manifest[]): Stages {
  const rank = ({ kind }: Manifest): number => {
    const at = firstKinds.indexOf(kind);
    return at < 0 ? firstKinds.length : at;
  };
  const sorted = manifests.toSorted((a, b) => rank(a) - rank(b));
  const of = (pattern: RegExp) => sorted.filter(({ kind }) => pattern.test(kind));
  const later = /^(StatefulSet|Cluster|Job|Deployment)$/;
  return {
    base: sorted.filter(({ kind }) => !later.test(kind)),
    ...{ stores: of(stores), jobs: of(/^Job$/), processes: of(processes) },
  };
}
