import { type MeshAct, type MeshSetting, meshLimits } from "@tapline/core/noops";
import { describe, expect, test } from "vitest";
import { boundsChange } from "./autoscaler.ts";
import { refusedByPolicy } from "./cluster-admission.fixture.ts";
import { addAutoscaler, addMesh, addScaledObject } from "./cluster-objects.fixture.ts";
import { ClusterStore, type Json, mergePatch, type Stored } from "./cluster-store.fixture.ts";
import { shareChange } from "./mesh.ts";
import { retriesChange, ruleChange } from "./mesh-settings.ts";
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

  test("set of a service all that its acts set, up to their bounds", () => {
    for (const edge of ["min", "max"] as const) {
      const of = (name: MeshSetting) => meshLimits[name][edge];
      const acts: Exclude<MeshAct, { kind: "retries" }>[] = [
        { kind: "connections", service: "ingest", maxConnections: of("maxConnections") },
        {
          ...{ kind: "outlier-detection", service: "ingest", consecutiveErrors: of("consecutiveErrors") },
          consecutiveGatewayErrors: of("consecutiveGatewayErrors"),
          ...{ intervalMs: of("intervalMs"), baseEjectionMs: of("baseEjectionMs") },
          maxEjectionPercent: of("maxEjectionPercent"),
        },
      ];
      for (const act of acts)
        expect(said("destinationrules", rule, { ...ruleChange(act), metadata: marks })).toBeNull();
      const retries = { kind: "retries", service: "ingest", attempts: of("attempts") } as const;
      const change = retriesChange(
        { ...retries, perTryTimeoutMs: of("perTryTimeoutMs") },
        objectSchema.parse(virtualService),
      );
      expect(change.spec).not.toEqual({ http: virtualService.spec.http });
      expect(said("virtualservices", virtualService, { ...change, metadata: marks })).toBeNull();
    }
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
const weights = "noops changes of a route weights and retries alone";
const retried =
  "noops changes of retries how often and how long alone, from 1 to 5 times and 100 ms to 30 s, where there are some";

/** Just below the least and just above the most that the code sets. */
function beyond(name: MeshSetting, by: number): number[] {
  return [meshLimits[name].min - by, meshLimits[name].max + by];
}

const beyondRetries = (retries: Json): [string, string, { route: Json }] => [
  retried,
  `by ${JSON.stringify(retries)}`,
  { route: { retries } },
];

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
  [retried, "under other conditions", { route: { retries: { retryOn: "5xx" } } }],
  [retried, "without how often", { route: { retries: { attempts: null } } }],
  [retried, "at other places", { route: { retries: { retryRemoteLocalities: true } } }],
  ...beyond("attempts", 1).map((attempts) => beyondRetries({ attempts })),
  ...beyond("perTryTimeoutMs", 1).map((ms) => beyondRetries({ perTryTimeout: `${ms / 1_000}s` })),
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

test("a route that is not tried again stays so, and what its manifest says beyond the bounds may stay", () => {
  const [first, second] = routes();
  const { retries: _, ...bare } = second;
  const tried = (retries: Json) => ({ spec: { http: [first, { ...bare, retries }] } });
  const never = mergePatch(virtualService, tried({ attempts: 0 })) as Stored;
  expect(said("virtualservices", never, shareChange("ingest", objectSchema.parse(never), 30))).toBeNull();
  expect(said("virtualservices", never, tried({ attempts: 1 }))).toBe(retried);
  const none = mergePatch(virtualService, { spec: { http: [first, bare] } }) as Stored;
  expect(said("virtualservices", none, tried({ attempts: 1 }))).toBe(weights);
  const often = mergePatch(virtualService, tried({ attempts: 9, retryOn: "5xx" })) as Stored;
  expect(said("virtualservices", often, shareChange("ingest", objectSchema.parse(often), 30))).toBeNull();
  expect(
    said("virtualservices", often, tried({ attempts: 9, retryOn: "5xx", perTryTimeout: "2s" })),
  ).toBeNull();
  expect(said("virtualservices", often, tried({ attempts: 8, retryOn: "5xx" }))).toBe(retried);
});

const pools = "noops changes of a pool how many connections there may be alone, from 10 to 20000";
const detection = "noops changes of the detection of outliers five figures alone, each within its bounds";
const spans = (name: MeshSetting) => beyond(name, 1).map((ms) => `${ms / 1_000}s`);

/** A rule with all that may stand in the two parts that noops changes. */
const full = mergePatch(rule, {
  spec: {
    trafficPolicy: {
      connectionPool: { tcp: { maxConnections: 1_024, connectTimeout: "3s" }, http: { maxRetries: 3 } },
      outlierDetection: { consecutive5xxErrors: 5, interval: "5s", minHealthPercent: 50 },
    },
  },
}) as Stored;

test.each<[string, Json]>([
  [pools, { connectionPool: { http: { maxRetries: 1 } } }],
  [pools, { connectionPool: { http: null } }],
  [pools, { connectionPool: { tcp: null } }],
  [pools, { connectionPool: { tcp: { connectTimeout: "1ms" } } }],
  [pools, { connectionPool: { tcp: { connectTimeout: null } } }],
  [pools, { connectionPool: { tcp: { maxConnections: null } } }],
  [pools, { connectionPool: { tcp: { idleTimeout: "1ms" } } }],
  ...beyond("maxConnections", 1).map((maxConnections): [string, Json] => [
    pools,
    { connectionPool: { tcp: { maxConnections } } },
  ]),
  [detection, { outlierDetection: { minHealthPercent: 100 } }],
  [detection, { outlierDetection: { minHealthPercent: null } }],
  [detection, { outlierDetection: { consecutiveLocalOriginFailures: 1 } }],
  ...beyond("consecutiveErrors", 1).flatMap((errors): [string, Json][] => [
    [detection, { outlierDetection: { consecutive5xxErrors: errors } }],
    [detection, { outlierDetection: { consecutiveGatewayErrors: errors } }],
  ]),
  ...beyond("maxEjectionPercent", 1).map((maxEjectionPercent): [string, Json] => [
    detection,
    { outlierDetection: { maxEjectionPercent } },
  ]),
  ...spans("intervalMs").map((interval): [string, Json] => [detection, { outlierDetection: { interval } }]),
  ...spans("baseEjectionMs").map((baseEjectionTime): [string, Json] => [
    detection,
    { outlierDetection: { baseEjectionTime } },
  ]),
])("it says %s to %j", (refusal, trafficPolicy) => {
  expect(said("destinationrules", full, { spec: { trafficPolicy } })).toBe(refusal);
  expect(said("destinationrules", full, { metadata: marks })).toBeNull();
});

test.each<Json>([
  { connectionPool: { tcp: { maxConnections: "64" } } },
  { outlierDetection: { interval: "soon" } },
])(
  "an expression that cannot be answered is an error, which the policy takes for a no: %j",
  (trafficPolicy) => {
    expect(() => said("destinationrules", full, { spec: { trafficPolicy } })).toThrow();
  },
);

test("what stood in a rule beyond the bounds may stay while another part is changed", () => {
  const many = mergePatch(full, {
    spec: { trafficPolicy: { connectionPool: { tcp: { maxConnections: 2_000_000 } } } },
  }) as Stored;
  const outlierDetection = { interval: "10s" };
  expect(said("destinationrules", many, { spec: { trafficPolicy: { outlierDetection } } })).toBeNull();
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
  const strange = [
    ["telemetry.istio.io", "telemetries"],
    ["extensions.istio.io", "wasmplugins"],
    ["gateway.networking.k8s.io", "httproutes"],
  ] as const;
  for (const [group, resource] of strange)
    expect(refusedByPolicy(noops, null, peers, { group, resource, operation: "CREATE" })).toMatch(nothing);
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
