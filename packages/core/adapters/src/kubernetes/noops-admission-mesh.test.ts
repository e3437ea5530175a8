import { describe, expect, test } from "vitest";
import { boundsChange } from "./autoscaler.ts";
import { refusedByPolicy } from "./cluster-admission.fixture.ts";
import { addAutoscaler, addMesh, addScaledObject } from "./cluster-objects.fixture.ts";
import { ClusterStore, type Json, mergePatch, type Stored } from "./cluster-store.fixture.ts";
import { connectionsChange, shareChange } from "./mesh.ts";
import { annotations } from "./names.ts";
import { objectSchema } from "./resources.ts";

const noops = "system:serviceaccount:tapline:noops";
const groups: Readonly<Record<string, string>> = {
  virtualservices: "networking.istio.io",
  destinationrules: "networking.istio.io",
  horizontalpodautoscalers: "autoscaling",
  scaledobjects: "keda.sh",
  peerauthentications: "security.istio.io",
};

const store = new ClusterStore();
addMesh(store, "ingest");
addAutoscaler(store, "ingest-blue", 2, 9);
addScaledObject(store, "transfer-blue", 2, 9);

const get = (resource: string, name: string): Stored => store.get(resource, "tapline", name);
const virtualService = get("virtualservices", "ingest");
const rule = get("destinationrules", "ingest-blue");
const marks = {
  annotations: { [annotations.fence]: "3", [annotations.act]: "a", [annotations.reason]: "b" },
};

/** What the policy says to a change of an object. */
function said(resource: string, before: Stored, change: object, by = noops): string | null {
  const deed = { group: groups[resource] ?? "", resource, operation: "UPDATE" } as const;
  return refusedByPolicy(by, before, mergePatch(before, change) as Stored, deed);
}

type Route = Json & { route: [Json & { destination: Json & { host: string } }] };
const routes = (): [Route, Route] => structuredClone(virtualService.spec.http) as [Route, Route];

/** What it says where a change is merged into the second route, or into the one that this leads to. */
function saidOfRoute({ route, target }: { route?: Json; target?: Json }): string | null {
  const [first, second] = routes();
  const [only] = second.route;
  const http = [first, mergePatch({ ...second, route: [mergePatch(only, target ?? {})] }, route ?? {})];
  return said("virtualservices", virtualService, { spec: { http } });
}

describe("noops may", () => {
  test("share between the colours of a service, the second of which it did not lead to before", () => {
    const object = objectSchema.parse(virtualService);
    const shared = { ...shareChange("ingest", object, 30), metadata: marks };
    expect(said("virtualservices", virtualService, shared)).toBeNull();
    const half = mergePatch(virtualService, shared) as Stored;
    expect(said("virtualservices", half, shareChange("ingest", objectSchema.parse(half), 100))).toBeNull();
  });

  test("bound connections, and set aside hosts that fail", () => {
    const outlier = {
      consecutiveErrors: 5,
      intervalMs: 1_000,
      baseEjectionMs: 3_000,
      maxEjectionPercent: 50,
    };
    const change = connectionsChange({ kind: "connections", service: "ingest", maxConnections: 9, outlier });
    expect(said("destinationrules", rule, { ...change, metadata: marks })).toBeNull();
  });

  test("set an autoscaler's bounds, and KEDA's pause", () => {
    const hpa = get("horizontalpodautoscalers", "ingest-blue");
    expect(said("horizontalpodautoscalers", hpa, boundsChange("autoscalers", 3, 12))).toBeNull();
    const scaled = get("scaledobjects", "transfer-blue");
    const paused = { metadata: { annotations: { [annotations.pausedReplicas]: "0" } } };
    const change = { ...boundsChange("scaledObjects", 3, 12), ...paused };
    expect(said("scaledobjects", scaled, change)).toBeNull();
    expect(said("horizontalpodautoscalers", hpa, paused)).toMatch(/no annotations but its own/);
  });
});

const elsewhere = "noops leads no route elsewhere than to the two colours of the service that it leads to";
const weights = "noops changes of a route the weights alone";

test.each<[string, string, { route?: Json; target?: Json }]>([
  [elsewhere, "to another host", { target: { destination: { host: "evil" } } }],
  [
    elsewhere,
    "to the same name in another namespace",
    { target: { destination: { host: "ingest-blue.evil.svc.cluster.local" } } },
  ],
  [
    elsewhere,
    "to another service's colour",
    { target: { destination: { host: "web-green.tapline.svc.cluster.local" } } },
  ],
  [elsewhere, "to another port", { target: { destination: { port: { number: 1 } } } }],
  [elsewhere, "with other headers", { target: { headers: { request: { set: { a: "b" } } } } }],
  [elsewhere, "to one more", { route: { route: [...routes()[1].route, { destination: { host: "evil" } }] } }],
  [weights, "and a copy elsewhere", { route: { mirror: { host: "evil" } } }],
  [weights, "under another condition", { route: { match: [{ uri: { prefix: "/v1" } }] } }],
  [weights, "without its retries", { route: { retries: null } }],
  [weights, "with a fault", { route: { fault: { abort: { httpStatus: 503 } } } }],
])("it says %s where noops would route %s", (refusal, _what, change) => {
  expect(saidOfRoute(change)).toBe(refusal);
});

test("noops may not add, remove or move a route, nor change for whom a VirtualService is", () => {
  const [first, second] = routes();
  const list = /adds, removes and moves none/;
  expect(said("virtualservices", virtualService, { spec: { http: [second] } })).toMatch(list);
  expect(said("virtualservices", virtualService, { spec: { http: [first, second, second] } })).toMatch(list);
  expect(said("virtualservices", virtualService, { spec: { http: [second, first] } })).toBe(weights);
  expect(said("virtualservices", virtualService, { spec: { tcp: [second] } })).toMatch(list);
  expect(said("virtualservices", virtualService, { spec: { hosts: ["web"] } })).toMatch(list);
  expect(said("virtualservices", virtualService, { spec: { gateways: ["public"] } })).toMatch(list);
});

test.each([
  ["plain text", { trafficPolicy: { tls: { mode: "DISABLE" } } }],
  ["no word on TLS", { trafficPolicy: { tls: null } }],
  ["no policy at all", { trafficPolicy: null }],
  ["plain text at a port", { trafficPolicy: { portLevelSettings: [{ tls: { mode: "DISABLE" } }] } }],
  ["another host", { host: "other" }],
  ["subsets", { subsets: [{ name: "x", trafficPolicy: { tls: { mode: "DISABLE" } } }] }],
  ["another choice of whom", { trafficPolicy: { loadBalancer: { simple: "RANDOM" } } }],
])("noops may not give a DestinationRule %s", (_what, spec) => {
  expect(said("destinationrules", rule, { spec })).toBe(
    "noops changes of a DestinationRule pools of connections and the detection of outliers alone",
  );
});

test.each([
  ["horizontalpodautoscalers", "ingest-blue", { scaleTargetRef: { name: "redis" } }],
  ["horizontalpodautoscalers", "ingest-blue", { metrics: [] }],
  ["scaledobjects", "transfer-blue", { scaleTargetRef: { name: "redis" } }],
  [
    "scaledobjects",
    "transfer-blue",
    { triggers: [{ type: "external", metadata: { scalerAddress: "evil" } }] },
  ],
  ["scaledobjects", "transfer-blue", { pollingInterval: 3_600 }],
])("noops may not have %s do else than scale within bounds", (resource, name, spec) => {
  expect(said(resource, get(resource, name), { spec })).toBe(
    "noops changes of an autoscaler its bounds alone",
  );
});

test("noops makes and removes nothing of the mesh, and never says who must speak how", () => {
  const nothing = /^noops makes and removes nothing/;
  const peers = { ...rule, spec: { mtls: { mode: "PERMISSIVE" } } } as Stored;
  expect(said("peerauthentications", peers, { spec: { mtls: { mode: "DISABLE" } } })).toMatch(nothing);
  const made = {
    group: "security.istio.io",
    resource: "authorizationpolicies",
    operation: "CREATE",
  } as const;
  expect(refusedByPolicy(noops, null, peers, made)).toMatch(nothing);
  const gone = { group: "networking.istio.io", resource: "destinationrules", operation: "DELETE" } as const;
  expect(refusedByPolicy(noops, rule, null, gone)).toMatch(nothing);
});

test("noops leaves what is not Tapline's, and labels and owners as they are; others are not held to it", () => {
  const foreign = mergePatch(rule, {
    metadata: { labels: { "app.kubernetes.io/part-of": "shop" } },
  }) as Stored;
  expect(said("destinationrules", foreign, { metadata: marks })).toMatch(/not labelled/);
  expect(said("destinationrules", rule, { metadata: { labels: { "tapline.dev/service": "web" } } })).toBe(
    "noops changes no labels",
  );
  const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "gone", uid: "0" }];
  expect(said("destinationrules", rule, { metadata: { ownerReferences } })).toMatch(/no owners/);
  expect(said("destinationrules", rule, { spec: { host: "other" } }, "alice")).toBeNull();
});
