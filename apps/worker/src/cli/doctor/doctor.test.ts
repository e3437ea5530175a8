import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { ClusterObject, ClusterPicture, InspectedKind } from "../../wire/commands/cluster.ts";
import { judgeKubernetes, textOf } from "./doctor.ts";
import type { Finding } from "./finding.ts";
import { judgeAmbient } from "./judge-ambient.ts";
import { judgeCertificates } from "./judge-certificates.ts";
import { judgeClocks } from "./judge-clocks.ts";
import { judgeMtls, judgeProxies } from "./judge-mtls.ts";
import { judgeNetwork } from "./judge-network.ts";
import { judgeOverlay } from "./judge-overlay.ts";
import { judgePolicies } from "./judge-policies.ts";
import { judgeRoutes } from "./judge-routes.ts";
import { judgeSidecars } from "./judge-sidecars.ts";
import { judgeStores } from "./judge-stores.ts";
import { trafficFaults } from "./judge-traffic.ts";
import { judgeVersions, judgeWorkloads } from "./judge-workloads.ts";
import { find, now, pictureOf, soundObjects, take } from "./picture.fixture.ts";

const judges = [
  ...[judgeWorkloads, judgeVersions, judgeOverlay, judgeMtls, judgeProxies, judgeAmbient, judgePolicies],
  ...[judgeNetwork, judgeSidecars, judgeStores, judgeRoutes, judgeCertificates, judgeClocks],
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

const specOf = (objects: readonly ClusterObject[], name: string) => find(objects, name).spec;

test.each(["production", "dev", "kind"])("our overlay %s has no fault, and nothing is unknown", (overlay) => {
  const found = findings(pictureOf(soundObjects(overlay)));
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

const settings = z.array(z.looseObject({ tls: z.looseObject({ mode: z.string() }) }));
const egress = z.looseObject({
  subsets: z.array(z.looseObject({ trafficPolicy: z.looseObject({ portLevelSettings: settings }) })),
});

describe("a fault is found", () => {
  const cases: [string, (objects: Record<InspectedKind, ClusterObject[]>) => void, RegExp][] = [
    [
      "no service",
      ({ deployments }) => {
        take(deployments, "kpi-blue");
        take(deployments, "kpi-green");
      },
      /kpi has no Deployment/,
    ],
    [
      "nobody ready",
      ({ deployments }) => {
        find(deployments, "kpi-blue").status.readyReplicas = 1;
      },
      /kpi-blue has 1 of 2/,
    ],
    ["no budget", ({ budgets }) => void take(budgets, "web"), /web has no PodDisruptionBudget/],
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
      ({ peerAuthentications }) => {
        specOf(peerAuthentications, "balance").portLevelMtls = { 9464: { mode: "DISABLE" } };
      },
      /lets plain text in at port 9464/,
    ],
    [
      "a pod outside the mesh",
      ({ pods }) => {
        specOf(pods, "ingest-blue-1").initContainers = [];
      },
      /ingest-blue-1 has no proxy/,
    ],
    [
      "an old proxy",
      ({ pods }) => {
        specOf(pods, "ingest-blue-1").initContainers = [{ name: "istio-proxy", image: "i/proxyv2:1.26.0" }];
      },
      /proxy of 1\.26\.0, the control plane is 1\.29/,
    ],
    [
      "weights",
      ({ virtualServices }) => {
        const [{ route }] = specOf(virtualServices, "ingest").tls as [{ route: { weight: number }[] }];
        (route[1] as { weight: number }).weight = 20;
      },
      /weights of ingest are 120[\s\S]*sends 20 % to ingest-green/,
    ],
    [
      "no circuit breaker",
      ({ destinationRules }) => {
        specOf(destinationRules, "web-green").trafficPolicy = { tls: { mode: "DISABLE" } };
      },
      /calls to web-green have no circuit breaker[\s\S]*web-green turns mTLS off/,
    ],
    [
      "no rule at all for one that is called",
      ({ destinationRules }) => void take(destinationRules, "ingest-blue"),
      /calls to ingest-blue have no circuit breaker/,
    ],
    [
      "plain text to the door outwards",
      ({ destinationRules }) => {
        const { subsets } = egress.parse(specOf(destinationRules, "egress"));
        (subsets[0]?.trafficPolicy.portLevelSettings[0] as { tls: object }).tls = { mode: "DISABLE" };
        specOf(destinationRules, "egress").subsets = subsets;
      },
      /egress turns mTLS off/,
    ],
    [
      "a certificate that is not renewed",
      ({ certificates }) => {
        find(certificates, "console").status.renewalTime = "2026-11-30T10:00:00Z";
      },
      /console should have been renewed at/,
    ],
    [
      "a node ahead",
      ({ nodeLeases }) => {
        specOf(nodeLeases, "node-1").renewTime = "2026-11-30T12:00:30.000000Z";
      },
      /node-1 is 29 s ahead/,
    ],
    [
      "a silent node",
      ({ nodeLeases }) => {
        specOf(nodeLeases, "node-1").renewTime = "2026-11-30T11:58:00.000000Z";
      },
      /node-1 was last heard 120 s ago/,
    ],
  ];
  test.each(cases)("%s", (_, change, message) => {
    expect(faultsAfter(change).join("\n")).toMatch(message);
  });
});

test("while green of a service serves no overlay is to be applied, which is no fault", () => {
  const objects = soundObjects();
  specOf(objects.deployments, "kpi-green").replicas = 2;
  find(objects.deployments, "kpi-green").status.readyReplicas = 2;
  specOf(objects.deployments, "web-blue").replicas = 0;
  specOf(objects.deployments, "web-green").replicas = undefined;
  const found = judgeOverlay(pictureOf(objects));
  expect(found.map(({ state, what }) => [state, what])).toEqual([
    ["notice", "do not apply an overlay now, it would end what serves: green of kpi"],
    ["notice", "do not apply an overlay now, it would end what serves: green of web"],
  ]);
  expect(found[1]?.next).toMatch(/^tapline release rollback web,/);
  expect(textOf(found)).toMatch(/! {2,}overlay {2,}do not apply an overlay[\s\S]*all is well$/);
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
