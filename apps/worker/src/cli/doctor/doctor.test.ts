import { describe, expect, test } from "vitest";
import type { ClusterObject, ClusterPicture, InspectedKind } from "../../wire/commands/cluster.ts";
import { judgeKubernetes, textOf } from "./doctor.ts";
import type { Finding } from "./finding.ts";
import { judgeCertificates } from "./judge-certificates.ts";
import { judgeClocks } from "./judge-clocks.ts";
import { judgeMtls, judgeProxies } from "./judge-mtls.ts";
import { judgePolicies } from "./judge-policies.ts";
import { judgeRoutes } from "./judge-routes.ts";
import { trafficFaults } from "./judge-traffic.ts";
import { judgeVersions, judgeWorkloads } from "./judge-workloads.ts";
import { now, object, pictureOf, soundObjects } from "./picture.fixture.ts";

const judges = [
  ...[judgeWorkloads, judgeVersions, judgeMtls, judgeProxies, judgePolicies],
  ...[judgeRoutes, judgeCertificates, judgeClocks],
];
const findings = (picture: ClusterPicture): readonly Finding[] => judges.flatMap((judge) => judge(picture));
const faults = (picture: ClusterPicture): string[] =>
  findings(picture).flatMap(({ state, what }) => (state === "fault" ? [what] : []));

/** The faults of a sound installation of which one thing was changed. */
function faultsAfter(change: (objects: Record<InspectedKind, ClusterObject[]>) => void): string[] {
  const objects = soundObjects();
  change(objects);
  return faults(pictureOf(objects));
}

function specOf(objects: readonly ClusterObject[], name: string): Record<string, unknown> {
  const found = objects.find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found.spec;
}

test("a sound installation has no fault, and nothing is unknown", () => {
  const found = findings(pictureOf(soundObjects()));
  expect(found.filter(({ state }) => state !== "well")).toEqual([]);
  expect(textOf(found)).toMatch(/all is well$/);
});

test("what could not be read is unknown, not well", () => {
  const sound = pictureOf(soundObjects());
  const why = "this kubeconfig may not list authorizationpolicies";
  const objects = { ...sound.objects, authorizationPolicies: { is: "unknown", why } as const };
  const [finding] = judgePolicies({ ...sound, objects });
  expect(finding).toMatchObject({ state: "unknown", what: expect.stringContaining(why) });
  expect(textOf([finding as Finding])).toMatch(/0 faults, 1 check without an answer$/);
});

describe("a fault is found", () => {
  const cases: [string, (objects: Record<InspectedKind, ClusterObject[]>) => void, RegExp][] = [
    ["no service", ({ deployments }) => void deployments.splice(0, 2), /ingest has no Deployment/],
    [
      "nobody ready",
      ({ deployments: [first] }) => {
        (first as ClusterObject).status.readyReplicas = 1;
      },
      /ingest-blue has 1 of 2/,
    ],
    ["no budget", ({ budgets }) => void budgets.pop(), /web has no PodDisruptionBudget/],
    [
      "another account",
      ({ deployments }) => {
        const template = specOf(deployments, "kpi-blue").template as { spec: { serviceAccountName: string } };
        template.spec.serviceAccountName = "default";
      },
      /kpi-blue runs as default/,
    ],
    [
      "two versions",
      ({ deployments }) => {
        const template = specOf(deployments, "kpi-blue").template as {
          spec: { containers: { image: string }[] };
        };
        template.spec.containers = [{ image: "registry.example/tapline:latest" }];
      },
      /run 2 images[\s\S]*latest, which may become another/,
    ],
    ["no STRICT", ({ meshWide }) => void meshWide.pop(), /no PeerAuthentication demands STRICT/],
    [
      "a hole in mTLS",
      ({ peerAuthentications: [balance] }) => {
        (balance as ClusterObject).spec.portLevelMtls = { 9464: { mode: "DISABLE" } };
      },
      /lets plain text in at port 9464/,
    ],
    [
      "a pod outside the mesh",
      ({ pods: [first] }) => {
        (first as ClusterObject).spec.initContainers = [];
      },
      /ingest-blue-1 has no proxy/,
    ],
    [
      "an old proxy",
      ({ pods: [first] }) => {
        (first as ClusterObject).spec.initContainers = [{ name: "istio-proxy", image: "i/proxyv2:1.26.0" }];
      },
      /proxy of 1\.26\.0, the control plane is 1\.29/,
    ],
    ["nothing denied", ({ authorizationPolicies }) => void authorizationPolicies.shift(), /nothing denies/],
    [
      "a missing policy",
      ({ authorizationPolicies }) =>
        void authorizationPolicies.splice(
          authorizationPolicies.findIndex(({ metadata }) => metadata.name.startsWith("web-")),
          1,
        ),
      /nobody lets ingress call web at port 8080/,
    ],
    [
      "a policy for somebody else",
      ({ authorizationPolicies }) => {
        const selector = { matchLabels: { "tapline.dev/service": "web" } };
        const source = { principals: ["cluster.local/ns/tapline/sa/kpi"] };
        const rules = [{ from: [{ source }], to: [{ operation: { ports: ["8080"] } }] }];
        const at = authorizationPolicies.findIndex(({ metadata }) => metadata.name.startsWith("web-"));
        authorizationPolicies.splice(at, 1, object("web-0", { spec: { selector, rules } }));
      },
      /sa\/kpi call web, which no edge needs[\s\S]*nobody lets ingress call web at port 8080/,
    ],
    [
      "a policy for anybody",
      ({ authorizationPolicies }) =>
        void authorizationPolicies.push(
          object("open", {
            spec: { selector: { matchLabels: { "tapline.dev/service": "audit" } }, rules: [{}] },
          }),
        ),
      /open lets anybody call audit/,
    ],
    [
      "a stranger",
      ({ authorizationPolicies }) => {
        const source = { principals: ["cluster.local/ns/tapline/sa/kpi"] };
        const selector = { matchLabels: { "tapline.dev/service": "audit" } };
        authorizationPolicies.push(object("more", { spec: { selector, rules: [{ from: [{ source }] }] } }));
      },
      /more lets .*\/sa\/kpi call audit, which no edge needs/,
    ],
    [
      "weights",
      ({ virtualServices: [ingest] }) => {
        const [{ route }] = (ingest as ClusterObject).spec.tls as [{ route: { weight: number }[] }];
        (route[1] as { weight: number }).weight = 20;
      },
      /weights of ingest are 120[\s\S]*sends 20 % to ingest-green/,
    ],
    [
      "no circuit breaker",
      ({ destinationRules: [rule] }) => {
        (rule as ClusterObject).spec.trafficPolicy = { tls: { mode: "DISABLE" } };
      },
      /turns mTLS off[\s\S]*no circuit breaker/,
    ],
    [
      "a certificate that is not renewed",
      ({ certificates: [console] }) => {
        (console as ClusterObject).status.renewalTime = "2026-11-30T10:00:00Z";
      },
      /console should have been renewed at/,
    ],
    [
      "a node ahead",
      ({ nodeLeases: [node] }) => {
        (node as ClusterObject).spec.renewTime = "2026-11-30T12:00:30.000000Z";
      },
      /node-1 is 29 s ahead/,
    ],
    [
      "a silent node",
      ({ nodeLeases: [node] }) => {
        (node as ClusterObject).spec.renewTime = "2026-11-30T11:58:00.000000Z";
      },
      /node-1 was last heard 120 s ago/,
    ],
  ];
  test.each(cases)("%s", (_, change, message) => {
    expect(faultsAfter(change).join("\n")).toMatch(message);
  });
});

test("a clock of ours that is off is told with its direction", () => {
  const sound = pictureOf(soundObjects());
  const ahead = { ...sound, askedAtEpochMs: now + 9_000, answeredAtEpochMs: now + 9_100 };
  const behind = { ...sound, askedAtEpochMs: now - 9_100, answeredAtEpochMs: now - 9_000 };
  expect(faults(ahead).join()).toMatch(/8 s ahead of/);
  expect(faults(behind).join()).toMatch(/9 s behind/);
});

test("calls without mTLS, and on ways that nobody knows, are faults; a program's own TLS is none", () => {
  const told = (caller: string, callee: string, security: string) =>
    trafficFaults([{ caller, callee, security, number: 3 }]).map(({ what }) => what);
  expect(told("istio-ingressgateway", "web-blue", "mutual_tls")).toEqual([]);
  expect(told("keda-operator", "balance", "none")).toEqual([]);
  expect(told("istio-ingressgateway", "web-blue", "none")).toEqual([
    "istio-ingressgateway called web-blue 3 times without mTLS",
  ]);
  expect(told("kpi-blue", "audit", "mutual_tls")).toEqual([
    "kpi-blue called audit, a way that no edge knows",
  ]);
});

test("a cluster that is too old is said to be", () => {
  expect(judgeKubernetes("v1.29.4").state).toBe("fault");
  expect(judgeKubernetes("v1.33.1-eks-1234").state).toBe("well");
  expect(judgeKubernetes("unreadable").state).toBe("fault");
});
