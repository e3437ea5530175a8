import { expect, test } from "vitest";
import { withComponent } from "../../../../../tools/mesh/with-component.fixture.ts";
import type { ClusterObject, ClusterPicture, InspectedKind } from "../../wire/commands/cluster.ts";
import type { Finding } from "./finding.ts";
import { judgeProxies } from "./judge-mtls.ts";
import { judgeNetwork } from "./judge-network.ts";
import { judgePolicies } from "./judge-policies.ts";
import { judgeRoutes } from "./judge-routes.ts";
import { judgeSidecars } from "./judge-sidecars.ts";
import { judgeVersions, judgeWorkloads } from "./judge-workloads.ts";
import { applied, find, object, objectsOf, pictureOf, soundObjects, take } from "./picture.fixture.ts";

const manifests = withComponent(["overlays/production"], "rollout");
const hash = "rollouts-pod-template-hash";

const podOf = (service: string, release: string): ClusterObject =>
  object(`${service}-${release}`, {
    labels: { "tapline.dev/service": service, [hash]: release },
    spec: { containers: [{ name: "istio-proxy", image: "registry.example/istio/proxyv2:1.29.1" }] },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  });

/** Our overlay with `istio/rollout`, once Argo has taken over: its Deployments rest, its Rollouts have the pods. */
function takenOver(): Record<InspectedKind, ClusterObject[]> {
  const objects = objectsOf(manifests);
  objects.rollouts = manifests
    .filter(({ kind }) => kind === "Rollout")
    .map((one) => ({
      ...applied(one),
      status: { readyReplicas: 1, phase: "Healthy", stableRS: "old", currentPodHash: "old" },
    }));
  for (const { metadata } of objects.rollouts) {
    const led = find(objects.deployments, `${metadata.name}-blue`);
    led.spec.replicas = 0;
    led.status = {};
    take(objects.pods, `${metadata.name}-blue-1`);
    objects.pods.push(podOf(metadata.name, "old"));
  }
  return objects;
}

const judge = (picture: ClusterPicture): readonly Finding[] =>
  [judgeWorkloads, judgeVersions, judgeRoutes].flatMap((one) => one(picture));
function told(change: (objects: Record<InspectedKind, ClusterObject[]>) => void): string[] {
  const objects = takenOver();
  change(objects);
  return judge(pictureOf(objects)).flatMap(({ state, what }) => (state === "well" ? [] : [what]));
}

test("what Argo's Rollouts lead has no fault while their pods are ready, though its Deployments rest at 0", () => {
  const { rollouts } = takenOver();
  expect(rollouts.map(({ metadata }) => metadata.name).sort()).toEqual(["ingest", "web"]);
  expect(told(() => undefined)).toEqual([]);
  const picture = pictureOf(takenOver());
  const others = [judgeProxies, judgePolicies, judgeNetwork, judgeSidecars].flatMap((one) => one(picture));
  expect(others.filter(({ state }) => state !== "well")).toEqual([]);
});

/** A release on its way, to which a share of the callers is led. */
function halfway({ rollouts, virtualServices }: Record<InspectedKind, ClusterObject[]>): void {
  find(rollouts, "ingest").status.currentPodHash = "new";
  const routes = find(virtualServices, "ingest").spec.tls as { route: { weight: number }[] }[];
  for (const { route } of routes)
    route.forEach((way, index) => {
      way.weight = index === 0 ? 90 : 10;
    });
}

test("callers are led to a release of Argo's only where its pods are ready", () => {
  expect(
    told((objects) => {
      halfway(objects);
      objects.pods.push(podOf("ingest", "new"));
    }),
  ).toEqual([]);
  expect(told(halfway)).toContainEqual(expect.stringMatching(/sends 10 % to ingest-green/));
});

test.each<[string, (pod: ClusterObject) => void]>([
  [
    "are not ready",
    (pod) => {
      pod.status.conditions = [
        { type: "PodScheduled", status: "True" },
        { type: "Ready", status: "False" },
      ];
    },
  ],
  [
    "are on their way out",
    (pod) => {
      pod.metadata.deletionTimestamp = "2026-11-30T12:00:00Z";
    },
  ],
])("nobody answers callers where the pods of what runs %s", (_, change) => {
  const found = told(({ pods }) => change(find(pods, "ingest-old")));
  expect(found).toContainEqual(expect.stringMatching(/sends 100 % to ingest-blue/));
});

function setImage(deployments: readonly ClusterObject[], image: string): void {
  const template = find(deployments, "web-blue").spec.template as {
    spec: { containers: { image: string }[] };
  };
  for (const one of template.spec.containers) one.image = image;
}

test.each<[string, (objects: Record<InspectedKind, ClusterObject[]>) => void, RegExp]>([
  [
    "too few",
    ({ rollouts }) => {
      find(rollouts, "ingest").spec.replicas = 3;
    },
    /^Rollout ingest has 1 of 3 replicas ready$/,
  ],
  [
    "nobody",
    ({ rollouts }) => {
      find(rollouts, "web").status.readyReplicas = 0;
    },
    /^web has nobody ready in any colour$/,
  ],
  [
    "degraded",
    ({ rollouts }) => {
      Object.assign(find(rollouts, "web").status, { phase: "Degraded", message: "metric p99 failed" });
    },
    /^Rollout web is degraded: metric p99 failed$/,
  ],
  [
    "an image that may become another",
    ({ deployments }) => {
      setImage(deployments, "registry.example/tapline:latest");
    },
    /^web runs registry\.example\/tapline:latest, which may become another image$/,
  ],
  [
    "a form that is not ours",
    ({ rollouts }) => {
      find(rollouts, "web").spec.strategy = { blueGreen: { activeService: "web-blue" } };
    },
    /^web says what is not understood here, at strategy\.canary$/,
  ],
])("a fault of a Rollout is found: %s", (_, change, message) => {
  expect(told(change)).toContainEqual(expect.stringMatching(message));
});

test("what Argo is given to release is no second version", () => {
  const release = ({ deployments }: Record<InspectedKind, ClusterObject[]>): void =>
    setImage(deployments, "registry.example/tapline:2.0.0");
  expect(told(release)).toEqual([]);
});

test("a Deployment that gives way to a Rollout is not short of pods", () => {
  expect(
    told(({ deployments }) => {
      find(deployments, "web-blue").spec.replicas = 2;
    }),
  ).toEqual([]);
});

test("Rollouts that were not seen are missed only where Deployments may be theirs", () => {
  const why = "this kubeconfig may not list rollouts";
  const blind = (objects: Record<InspectedKind, ClusterObject[]>): ClusterPicture => {
    const picture = pictureOf(objects);
    return { ...picture, objects: { ...picture.objects, rollouts: { is: "unknown", why } } };
  };
  const missed = judge(blind(takenOver()));
  expect(missed.map(({ state }) => state)).toEqual(["unknown", "unknown", "unknown"]);
  expect(missed[0]?.what).toBe(`Rollouts that may lead ingest-blue, web-blue were not seen: ${why}`);
  expect(judge(blind(soundObjects())).filter(({ state }) => state !== "well")).toEqual([]);
});
