import { expect, test } from "vitest";
import type { ClusterObject, InspectedKind } from "../../wire/commands/cluster.ts";
import { judgeMtls } from "./judge-mtls.ts";
import { judgeStores } from "./judge-stores.ts";
import { find, object, pictureOf, soundObjects, take } from "./picture.fixture.ts";

type Objects = Record<InspectedKind, ClusterObject[]>;

/** What is said of our overlay of which something was changed. */
function told(change: (objects: Objects) => void): string {
  const objects = soundObjects();
  change(objects);
  const picture = pictureOf(objects);
  return [...judgeStores(picture), ...judgeMtls(picture)]
    .map(({ state, what }) => `${state}: ${what}`)
    .join("\n");
}

type Rules = [{ from: [{ source: { principals: string[] } }]; to?: object[] }];
const principals = ({ storeAuthorizationPolicies }: Objects, name: string): string[] =>
  (find(storeAuthorizationPolicies, name).spec.rules as Rules)[0].from[0].source.principals;
type Peer = { podSelector: { matchExpressions?: [{ values: string[] }] } };
type Ingress = [{ from?: Peer[]; ports?: object[] }];
const comes = ({ storeNetworkPolicies }: Objects, name: string) =>
  (find(storeNetworkPolicies, name).spec.ingress as Ingress)[0];
const namesIn = (objects: Objects, name: string): string[] =>
  comes(objects, name).from?.[0]?.podSelector.matchExpressions?.[0].values ?? [];
const cnpg = { matchLabels: { "cnpg.io/cluster": "tapline" } };

test.each<[string, (objects: Objects) => void, RegExp]>([
  [
    "nothing denied by the mesh",
    ({ storeAuthorizationPolicies }) => take(storeAuthorizationPolicies, "deny-all"),
    /nothing denies in tapline-data what nobody has allowed/,
  ],
  [
    "nothing denied by the network",
    ({ storeNetworkPolicies }) => take(storeNetworkPolicies, "deny-all"),
    /the network lets everybody into tapline-data/,
  ],
  [
    "a service that is missing",
    (objects) => void principals(objects, "redis").shift(),
    /nobody lets ingest call redis/,
  ],
  [
    "somebody of ours who has no business there",
    (objects) => void principals(objects, "redis").push("cluster.local/ns/tapline/sa/migrations"),
    /redis lets .*\/sa\/migrations call redis, which no edge needs/,
  ],
  [
    "somebody of elsewhere",
    (objects) => void principals(objects, "postgresql").push("cluster.local/ns/default/sa/kpi"),
    /postgresql lets .*default\/sa\/kpi call postgresql, which no edge needs/,
  ],
  [
    "anybody",
    ({ storeAuthorizationPolicies }) =>
      void storeAuthorizationPolicies.push(object("open", { spec: { selector: cnpg, rules: [{}] } })),
    /open lets anybody call redis[\s\S]*open lets anybody call postgresql/,
  ],
  [
    "a service that the network keeps away",
    (objects) => void namesIn(objects, "redis").shift(),
    /the network keeps ingest from redis/,
  ],
  [
    "one whom the network lets in",
    (objects) => void namesIn(objects, "redis").push("migrations"),
    /the network lets migrations call redis, which no edge needs/,
  ],
  [
    "everybody whom the network lets in",
    (objects) => {
      delete comes(objects, "postgresql").from;
    },
    /lets somebody beyond the cluster call postgresql/,
  ],
  [
    "an operator's port that is open to the world",
    (objects) => {
      for (const rule of find(objects.storeNetworkPolicies, "postgresql-instances").spec.ingress as Ingress)
        delete rule.from;
    },
    /lets somebody beyond the cluster call port 8000 in tapline-data/,
  ],
  [
    "an operator's whole namespace",
    (objects) => {
      for (const rule of find(objects.storeNetworkPolicies, "postgresql-instances").spec.ingress as Ingress)
        for (const peer of rule.from ?? []) if ("namespaceSelector" in peer) peer.podSelector = {};
    },
    /lets any pod of cnpg-system call port 8000 in tapline-data/,
  ],
  [
    "all ports of a store",
    (objects) => {
      delete comes(objects, "redis").ports;
    },
    /lets kpi call port 9999 in tapline-data/,
  ],
  [
    "plain text at a store's port",
    ({ storePeerAuthentications }) =>
      void storePeerAuthentications.push(
        object("tapline", { spec: { selector: cnpg, portLevelMtls: { 5432: { mode: "PERMISSIVE" } } } }),
      ),
    /PeerAuthentication tapline lets plain text in at port 5432/,
  ],
  [
    "plain text in the whole namespace",
    ({ storePeerAuthentications }) =>
      void storePeerAuthentications.push(object("all", { spec: { mtls: { mode: "PERMISSIVE" } } })),
    /PeerAuthentication all lets in plain text/,
  ],
])("a fault of the stores is found: %s", (_, change, message) => {
  expect(told(change)).toMatch(message);
});

test("what replicas and an operator need of each other is no fault", () => {
  const more = (objects: Objects) => {
    principals(objects, "postgresql").push("cluster.local/ns/tapline-data/sa/tapline");
    objects.storeAuthorizationPolicies.push(
      object("operator", { spec: { selector: cnpg, rules: [{ to: [{ operation: { ports: ["8000"] } }] }] } }),
    );
    objects.storePeerAuthentications.push(
      object("operator", { spec: { selector: cnpg, portLevelMtls: { 8000: { mode: "DISABLE" } } } }),
    );
    const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": "redis-operator" } };
    const operator = { namespaceSelector, podSelector: { matchLabels: { app: "operator" } } };
    const ports = [{ port: 8000 }];
    objects.storeNetworkPolicies.push(
      object("operator", {
        spec: {
          podSelector: cnpg,
          policyTypes: ["Ingress"],
          ingress: [
            { from: [operator], ports },
            { from: [{ podSelector: cnpg }], ports: [{ port: 5432 }, ...ports] },
          ],
        },
      }),
    );
  };
  expect(told(more)).toMatch(/^well: redis and postgresql are open[^\n]*\nwell: STRICT for everybody$/);
});

test("stores of elsewhere are not looked for here", () => {
  const gone = ({ destinationRules, storeAuthorizationPolicies, storeNetworkPolicies }: Objects) => {
    for (const name of ["redis", "postgresql"]) take(destinationRules, name);
    storeAuthorizationPolicies.splice(0);
    storeNetworkPolicies.splice(0);
  };
  expect(told(gone)).toMatch(/^well: the mesh knows of none in tapline-data/);
});
