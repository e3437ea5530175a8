import {
  edges,
  egressPort,
  type MeshParty,
  meshServices,
  type NetworkPolicy,
  networkPolicyOf,
  networkPolicySpec,
} from "@tapline/core/telemetry";
import type { ClusterObject } from "../../wire/commands/cluster.ts";
import { type Finding, unknown } from "./finding.ts";
import { understood } from "./read-objects.ts";

/** Services, the mesh's doors and the Job of migrations: all that is in the namespace of an installation. */
const insiders = [...meshServices, "ingress", "egress", "migrations"] as const;

const pod = (name: string, namespace: string | null, labels: Record<string, string>): MeshParty => ({
  ...{ name, namespace, labels, account: name, proxied: true },
});

/** Who is in the namespace of the installation, and last a pod that is nobody's. */
export const insidersOf = (namespace: string): readonly MeshParty[] => [
  ...insiders.map((name) =>
    pod(name, namespace, { "app.kubernetes.io/part-of": "tapline", "tapline.dev/service": name }),
  ),
  pod("a pod without a service", namespace, {}),
];

/** Somebody beyond the cluster. */
export const beyond = pod("somebody beyond the cluster", null, {});
const otherNamespace = "any-other-namespace";
/** Whether it is of a namespace that nobody names. */
export const isElsewhere = ({ namespace }: MeshParty): boolean => namespace === otherNamespace;
const elsewhere = (labels: Record<string, string>): MeshParty =>
  pod("a pod of any other namespace", otherNamespace, labels);

/** Whom rules name: with the labels that they ask for, in the namespace that they ask for. */
function namedBy(policies: readonly NetworkPolicy[], home: string): readonly MeshParty[] {
  const peers = policies
    .flatMap(({ ingress, egress }) => [...ingress, ...egress])
    .flatMap((rule) => rule.peers ?? []);
  return peers
    .filter(({ ipBlock }) => ipBlock === undefined)
    .map(({ podSelector, namespaceSelector }) => {
      const namespace =
        namespaceSelector === undefined ? home : (namesOf(namespaceSelector) ?? otherNamespace);
      const { matchLabels = {}, matchExpressions = [] } = podSelector ?? {};
      const chosen = matchExpressions.map(({ key, values }) => [key, values[0] ?? ""]);
      return pod("whom a rule names", namespace, { ...matchLabels, ...Object.fromEntries(chosen) });
    });
}

const byName = "kubernetes.io/metadata.name";
type Selector = NetworkPolicy["pods"];
const namesOf = ({ matchLabels, matchExpressions }: Selector): string | undefined =>
  matchLabels[byName] ?? matchExpressions.find(({ key }) => key === byName)?.values[0];

/**
 * Who has no business with anybody here: of any other namespace, without labels and with those that rules ask for; and of those
 * namespaces that rules name, a pod that nobody asks for.
 */
export const strangersTo = (policies: readonly NetworkPolicy[], home: string): readonly MeshParty[] => [
  ...[beyond, elsewhere({})],
  ...namedBy(policies, home).map(({ labels }) => elsewhere({ ...labels })),
  ...[...new Set(namedBy(policies, home).map(({ namespace }) => namespace))]
    .filter((namespace) => namespace !== home)
    .map((namespace) => pod(`any pod of ${namespace}`, namespace, {})),
];

/** Whom rules let in from other namespaces. */
export const outsidersOf = (policies: readonly NetworkPolicy[], home: string): readonly MeshParty[] => [
  beyond,
  ...namedBy(policies, home).filter(({ namespace }) => namespace !== home),
];

/** Ports that are tried: those of the table, those that policies name, and one of nobody's. */
export function portsTried(policies: readonly NetworkPolicy[]): readonly number[] {
  const named = policies
    .flatMap(({ ingress, egress }) => [...ingress, ...egress])
    .flatMap(({ ports = [] }) => ports.flatMap(({ port }) => port ?? []));
  return [...new Set([...edges.map(({ port }) => port.number), egressPort, ...named, nobodysPort])];
}
export const nobodysPort = 9_999;

/** Policies of a namespace; where one is not understood that is the finding. */
export function networkPoliciesOf(
  check: string,
  namespace: string,
  objects: readonly ClusterObject[],
): { readonly policies: readonly NetworkPolicy[]; readonly unread: readonly Finding[] } {
  const { specs, unread } = understood(check, objects, networkPolicySpec);
  const policies = specs.map(({ spec }) => networkPolicyOf(namespace, spec));
  // Namespaces are not read: by other labels than its name nobody can tell here which one is meant.
  const unclear = specs.filter((_, index) =>
    [...(policies[index]?.ingress ?? []), ...(policies[index]?.egress ?? [])]
      .flatMap(({ peers = [] }) => peers.flatMap(({ namespaceSelector }) => namespaceSelector ?? []))
      .some(({ matchLabels, matchExpressions }) =>
        [...Object.keys(matchLabels), ...matchExpressions.map(({ key }) => key)].some(
          (key) => key !== byName,
        ),
      ),
  );
  return {
    policies,
    unread: [
      ...unread,
      ...unclear.map(({ name }) =>
        unknown(check, `${name} names namespaces by other labels than ${byName}`, "name them by that one"),
      ),
    ],
  };
}
