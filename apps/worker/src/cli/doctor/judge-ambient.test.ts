import { expect, test } from "vitest";
import type { ClusterObject, InspectedKind } from "../../wire/commands/cluster.ts";
import type { Finding } from "./finding.ts";
import { judgeAmbient } from "./judge-ambient.ts";
import { judgeProxies } from "./judge-mtls.ts";
import { judgeSidecars } from "./judge-sidecars.ts";
import { find, object, pictureOf, soundObjects } from "./picture.fixture.ts";

type Objects = Record<InspectedKind, ClusterObject[]>;
const doors = ["ingress", "egress"];
const isDoor = ({ metadata }: ClusterObject): boolean =>
  doors.includes(metadata.labels["tapline.dev/service"] ?? "");

/** Our overlay where Istio's CNI agent leads pods through ztunnel: no proxy beside any, no Sidecar. The doors stay proxies. */
function ambient(): Objects {
  const objects = soundObjects();
  for (const pod of objects.pods.filter((one) => !isDoor(one))) {
    pod.metadata.annotations["ambient.istio.io/redirection"] = "enabled";
    Object.assign(pod.spec, { initContainers: [], nodeName: "node-1" });
  }
  objects.sidecars = [];
  objects.controlPlane.push(
    object("ztunnel-1", {
      labels: { app: "ztunnel" },
      spec: {
        nodeName: "node-1",
        containers: [{ name: "istio-proxy", image: "registry.example/ztunnel:1.29.0" }],
      },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    }),
  );
  return objects;
}

function judge(change: (objects: Objects) => void): readonly Finding[] {
  const objects = ambient();
  change(objects);
  const picture = pictureOf(objects);
  return [judgeProxies, judgeAmbient, judgeSidecars].flatMap((one) => one(picture));
}
const told = (change: (objects: Objects) => void): string[] =>
  judge(change).flatMap(({ state, what }) => (state === "fault" ? [what] : []));

test("pods in ambient mode want no proxy and no Sidecar, but a ztunnel; what cannot be judged of them is said", () => {
  const found = judge(() => undefined);
  expect(found.filter(({ state }) => state === "fault")).toEqual([]);
  expect(found.map(({ check }) => check)).toEqual(["proxies", "ambient", "ambient"]);
  const unknown = found.filter(({ state }) => state === "unknown");
  expect(unknown.map(({ what }) => what)).toEqual([
    expect.stringMatching(/^of 12 services it is not judged who holds methods and paths.*a waypoint may$/),
  ]);
});

test("without ambient mode nothing is said of it", () => {
  expect(judgeAmbient(pictureOf(soundObjects()))).toEqual([]);
});

test.each<[string, (objects: Objects) => void, RegExp]>([
  [
    "a pod that is not led through ztunnel",
    ({ pods }) => {
      find(pods, "kpi-blue-1").metadata.annotations = { "ambient.istio.io/redirection": "pending" };
    },
    /^kpi-blue-1 has no proxy: it is not in the mesh$/,
  ],
  [
    "a node without a ztunnel",
    ({ pods }) => {
      find(pods, "kpi-blue-1").spec.nodeName = "node-2";
    },
    /^kpi-blue-1 is on node-2, where no ztunnel is ready$/,
  ],
  [
    "a ztunnel that is not ready",
    ({ controlPlane }) => {
      find(controlPlane, "ztunnel-1").status = {};
    },
    /^kpi-blue-1 is on node-1, where no ztunnel is ready$/,
  ],
  [
    "an old ztunnel",
    ({ controlPlane }) => {
      find(controlPlane, "ztunnel-1").spec.containers = [{ name: "istio-proxy", image: "i/ztunnel:1.27.0" }];
    },
    /^ztunnel-1 is a ztunnel of 1\.27\.0, the control plane is 1\.29$/,
  ],
  [
    "a service of which one pod has a proxy, without its Sidecar",
    ({ pods }) => {
      const labels = { ...find(pods, "kpi-blue-1").metadata.labels };
      const initContainers = [{ name: "istio-proxy", image: "i/proxyv2:1.29.1" }];
      pods.push(object("kpi-blue-2", { labels, spec: { containers: [], initContainers } }));
    },
    /^kpi has no Sidecar/,
  ],
  [
    "a service that has proxies among those that have none, without its Sidecar",
    ({ pods }) => {
      const pod = find(pods, "kpi-blue-1");
      pod.metadata.annotations = {};
      pod.spec.initContainers = [{ name: "istio-proxy", image: "i/proxyv2:1.29.1" }];
    },
    /^kpi has no Sidecar/,
  ],
])("a fault in ambient mode is found: %s", (_, change, message) => {
  expect(told(change)).toContainEqual(expect.stringMatching(message));
});

test("where no ztunnel or istiod is seen nothing is guessed of it", () => {
  for (const program of ["ztunnel", "istiod"]) {
    const found = judge((objects) => {
      objects.controlPlane = objects.controlPlane.filter(({ metadata }) => metadata.labels.app !== program);
    });
    expect(found.filter(({ check }) => check === "ambient")).toContainEqual(
      expect.objectContaining({ state: "unknown", what: `no ${program} was seen` }),
    );
    expect(found.filter(({ state }) => state === "fault")).toEqual([]);
  }
});
