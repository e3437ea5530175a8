import { type MeshParty, type NetworkPolicy, networkEnd } from "@tapline/core/telemetry";
import type { ClusterPicture } from "../../wire/commands/cluster.ts";
import { type Finding, fault, judged, well } from "./finding.ts";
import { insidersOf, networkPoliciesOf, portsTried, strangersTo } from "./network-parties.ts";
import { allowing, deniesAllElse, isOf, portsOf, principalsOf, type Rule } from "./policy-rules.ts";
import { type Named, withObjects } from "./read-objects.ts";
import { hostsOfStores, type Store, sentinels, stores } from "./stores.ts";

const check = "stores";
const kinds = ["storeAuthorizationPolicies", "storeNetworkPolicies", "destinationRules"] as const;
const remedy = "apply istio/base/data.yaml";

/** Whether Redis and PostgreSQL, where they are in the cluster, are open to who the table of edges has, and to their own replicas. */
export function judgeStores(picture: ClusterPicture): readonly Finding[] {
  return withObjects(check, picture, kinds, (objects) => {
    const { namespace, storeNamespace: home } = picture;
    const hosts = hostsOfStores(objects.destinationRules);
    const found = stores.filter(({ name }) => hosts.get(name)?.split(".")[1] === home);
    if (found.length === 0) return [well(check, `the mesh knows of none in ${home}`)];
    const policies = allowing(check, objects.storeAuthorizationPolicies);
    const network = networkPoliciesOf(check, home, objects.storeNetworkPolicies);
    const unread = [...policies.unread, ...network.unread];
    if (unread.length > 0) return unread;
    const rules = policies.specs.flatMap(({ name, spec }) =>
      spec.rules.map((rule) => ({ name, spec: rule })),
    );
    const isWatched = rules.some(({ spec }) => portsOf(spec)?.includes(sentinels.port));
    const here = isWatched ? [...found, sentinels] : found;
    return judged(
      check,
      [
        ...(deniesAllElse(policies.specs)
          ? []
          : [
              fault(
                check,
                `nothing denies in ${home} what nobody has allowed`,
                "apply istio/base/identity.yaml",
              ),
            ]),
        ...(deniesAll(network.policies)
          ? []
          : [fault(check, `the network lets everybody into ${home}`, "apply istio/base/network.yaml")]),
        ...here.flatMap((store) => meshFaults(store, rules, { namespace, home })),
        ...networkFaults(here, network.policies, { namespace, home }),
      ],
      `${found.map(({ name }) => name).join(" and ")} are open to who the table of edges has`,
    );
  });
}

type Places = Readonly<{ namespace: string; home: string }>;

/** Of other ports, as an operator's, the table knows nothing. */
const isFor = (rule: Rule, { port }: Store): boolean => portsOf(rule)?.includes(port) ?? true;

function meshFaults(store: Store, rules: readonly Named<Rule>[], { namespace, home }: Places): Finding[] {
  const those = rules.filter(({ spec }) => isFor(spec, store));
  const principals = those.flatMap(({ spec }) => principalsOf(spec) ?? []);
  const callers = [...store.callers];
  return [
    ...those.flatMap(({ name, spec }) => {
      const named = principalsOf(spec);
      if (named === null) return [fault(check, `${name} lets anybody call ${store.name}`, remedy)];
      return named
        .filter((one) => !callers.some((from) => isOf(one, from, namespace)))
        .filter((one) => !one.includes(`/ns/${home}/sa/`))
        .map((one) => fault(check, `${name} lets ${one} call ${store.name}, which no edge needs`, remedy));
    }),
    ...callers
      .filter((from) => !principals.some((one) => isOf(one, from, namespace)))
      .map((from) => fault(check, `nobody lets ${from} call ${store.name}`, remedy)),
  ];
}

const deniesAll = (policies: readonly NetworkPolicy[]): boolean =>
  policies.some(
    ({ types, pods, ingress }) =>
      types.includes("Ingress") &&
      ingress.length === 0 &&
      pods.matchExpressions.length === 0 &&
      Object.keys(pods.matchLabels).length === 0,
  );

function networkFaults(
  here: readonly Store[],
  policies: readonly NetworkPolicy[],
  { namespace, home }: Places,
): Finding[] {
  // Which pods are a store's is its operator's affair: what is asked is who gets to a port of any of them.
  const pods = { matchLabels: {}, matchExpressions: [] };
  const anyPod: MeshParty = { name: "any", namespace: home, labels: {}, account: "", proxied: true };
  const called = networkEnd(
    policies.map((one) => ({ ...one, pods })),
    "Ingress",
    anyPod,
  );
  const said = [...insidersOf(namespace), ...strangersTo(policies, home)].flatMap((caller) => {
    const lets = called(caller);
    return portsTried(policies).flatMap((port) => {
      const store = here.find((one) => one.port === port);
      const wants = store?.callers.has(caller.name) ?? false;
      const whom = store?.name ?? `port ${port} in ${home}`;
      if (lets(port) === wants) return [];
      return wants
        ? [`the network keeps ${caller.name} from ${whom}`]
        : [`the network lets ${caller.name} call ${whom}, which no edge needs`];
    });
  });
  return [...new Set(said)].map((what) => fault(check, what, remedy));
}
