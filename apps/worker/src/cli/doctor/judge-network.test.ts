import type { networkPolicySpec } from "@tapline/core/telemetry";
import { expect, test } from "vitest";
import type { z } from "zod";
import type { ClusterObject } from "../../wire/commands/cluster.ts";
import { judgeNetwork } from "./judge-network.ts";
import { find, object, pictureOf, soundObjects, take } from "./picture.fixture.ts";

type Spec = z.input<typeof networkPolicySpec>;
type Ingress = NonNullable<Spec["ingress"]>[number];
type Egress = NonNullable<Spec["egress"]>[number];

/** What is said of our overlay of which the policies were changed. */
function told(change: (policies: ClusterObject[]) => void): string {
  const objects = soundObjects();
  change(objects.networkPolicies);
  return judgeNetwork(pictureOf(objects))
    .map(({ state, what }) => `${state}: ${what}`)
    .join("\n");
}

const specOf = (policies: readonly ClusterObject[], name: string) => find(policies, name).spec as Spec;
const comes = (policies: readonly ClusterObject[], name: string) =>
  (specOf(policies, name).ingress as [Ingress])[0];
const goes = (policies: readonly ClusterObject[], name: string) =>
  (specOf(policies, name).egress as [Egress])[0];
const pods = (service: string) => ({ podSelector: { matchLabels: { "tapline.dev/service": service } } });
const add = (spec: Spec) => (policies: ClusterObject[]) => void policies.push(object("more", { spec }));

test.each<[string, (policies: ClusterObject[]) => void, RegExp]>([
  [
    "pods that are nobody's",
    (policies) => take(policies, "deny-all"),
    /lets kpi call a pod without a service at .*, which no edge needs/,
  ],
  ["everything open", (policies) => void policies.splice(0), /lets kpi call web at .*, which no edge needs/],
  [
    "a caller that is missing",
    (policies) => take(policies, "web"),
    /the network keeps ingress from web at 8080/,
  ],
  [
    "somebody else",
    (policies) => {
      comes(policies, "web").from?.push(pods("kpi"));
    },
    /the network lets kpi call web at 8080, which no edge needs$/,
  ],
  [
    "another port",
    (policies) => {
      comes(policies, "ingest").ports?.push({ protocol: "TCP", port: 9464 });
    },
    /the network lets ingress call ingest at 9464, which no edge needs$/,
  ],
  [
    "all ports",
    (policies) => {
      delete comes(policies, "ingest").ports;
    },
    /the network lets ingress call ingest at .*8080.*, which no edge needs/,
  ],
  [
    "everybody",
    (policies) => {
      delete comes(policies, "web").from;
    },
    /lets kpi call web at 8080[\s\S]*lets somebody beyond the cluster call web at 8080[\s\S]*a pod of any other namespace call web at 8080/,
  ],
  [
    "Prometheus kept away",
    (policies) => {
      delete specOf(policies, "services").ingress;
    },
    /the network keeps prometheus from kpi at 15020/,
  ],
  [
    "pods called so in any namespace",
    (policies) => {
      for (const peer of comes(policies, "services").from ?? []) peer.namespaceSelector = {};
    },
    /lets a pod of any other namespace call kpi at 15020/,
  ],
  [
    "every pod of Prometheus's namespace",
    (policies) => {
      for (const peer of comes(policies, "services").from ?? []) delete peer.podSelector;
    },
    /lets any pod of monitoring call kpi at 15020/,
  ],
  ["KEDA kept away", (policies) => take(policies, "balance"), /the network keeps keda from balance at 7445/],
  [
    "KEDA's namespace at another service",
    add({
      podSelector: pods("audit").podSelector,
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "keda" } } }],
          ports: [{ port: 9464 }],
        },
      ],
    }),
    /lets other namespaces call audit at 9464, which no edge needs/,
  ],
  [
    "the world kept away",
    (policies) => {
      specOf(policies, "ingress").ingress = [];
    },
    /keeps somebody beyond the cluster from ingress at 443, 7443, 7444/,
  ],
  [
    "a way out of a service",
    add({
      podSelector: pods("kpi").podSelector,
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 443 }] }],
    }),
    /lets kpi out of the cluster at 443, which no edge needs[\s\S]*kpi out to the cloud's metadata/,
  ],
  [
    "a way to another service",
    (policies) => {
      goes(policies, "alerts").to?.push(pods("web"));
    },
    /lets alerts out to web at 15443, which no edge needs/,
  ],
  [
    "no way to the door outwards",
    (policies) => take(policies, "audit"),
    /holds audit back from egress at 15443/,
  ],
  [
    "the cloud's metadata",
    (policies) => {
      const block = goes(policies, "egress").to?.[0]?.ipBlock;
      if (block !== undefined) block.except = [];
    },
    /lets egress out to the cloud's metadata, 169\.254\.169\.254, at 22, 443, 587/,
  ],
  [
    "the port of a host beyond the cluster",
    (policies) => {
      goes(policies, "egress").ports?.pop();
    },
    /holds egress back from hosts beyond the cluster at 587/,
  ],
  [
    "any port of the API server",
    (policies) => {
      delete goes(policies, "noops").ports;
    },
    /lets noops out of the cluster at 9999, which no edge needs/,
  ],
  [
    "Redis of any namespace",
    (policies) => {
      const [peer] = goes(policies, "services").to ?? [];
      if (peer !== undefined) peer.namespaceSelector = {};
    },
    /lets kpi out to a pod of any other namespace at 6379/,
  ],
])("a fault of the network is found: %s", (_, change, message) => {
  expect(told(change)).toMatch(message);
});

test("where Prometheus is may be another namespace than ours has it", () => {
  const elsewhere = (policies: ClusterObject[]) => {
    for (const peer of comes(policies, "services").from ?? [])
      peer.namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": "watching" } };
  };
  expect(told(elsewhere)).toMatch(/^well: /);
});

test("an archive may be in a namespace of the cluster, if a rule of the door outwards names it", () => {
  const door = (namespaceSelector: object) =>
    add({
      podSelector: pods("egress").podSelector,
      policyTypes: ["Egress"],
      egress: [{ to: [{ namespaceSelector }], ports: [{ port: 22 }] }],
    });
  const named = { matchLabels: { "kubernetes.io/metadata.name": "archive" } };
  expect(told(door(named))).toMatch(/^well: /);
  expect(told(door({}))).toMatch(/lets egress out to a pod of any other namespace at 22/);
});

test("a policy that is not understood is unknown", () => {
  const range = (policies: ClusterObject[]) => {
    Object.assign(comes(policies, "web").ports?.[0] ?? {}, { endPort: 9_000 });
  };
  expect(told(range)).toMatch(/^unknown: web says what is not understood here, at ingress\.0\.ports/);
  const labels = (policies: ClusterObject[]) => {
    for (const peer of comes(policies, "services").from ?? [])
      peer.namespaceSelector = { matchLabels: { team: "watchers" } };
  };
  expect(told(labels)).toMatch(/^unknown: services names namespaces by other labels/);
});
