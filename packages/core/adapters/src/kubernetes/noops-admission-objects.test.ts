import { describe, expect, test } from "vitest";
import { annotationSteps, refusedByPolicy } from "./cluster-admission.fixture.ts";
import { addAutoscaler, addMesh, addScaledObject } from "./cluster-objects.fixture.ts";
import { ClusterStore, type Json, mergePatch, type Stored } from "./cluster-store.fixture.ts";

const noops = "system:serviceaccount:tapline:noops";
const store = new ClusterStore();
addMesh(store, "ingest");
addAutoscaler(store, "ingest-blue", 2, 9);
addScaledObject(store, "transfer-blue", 2, 9);

const rule = { group: "networking.istio.io", resource: "destinationrules", name: "ingest-blue" };
const scaled = { group: "keda.sh", resource: "scaledobjects", name: "transfer-blue" };
const hpa = { group: "autoscaling", resource: "horizontalpodautoscalers", name: "ingest-blue" };

/** What the policy says where an object was changed in one way, and is to be in another. */
function said({ group, resource, name }: typeof rule, first: Json, second: Json, more = {}): string | null {
  const before = store.get(resource, "tapline", name);
  const [was, is] = [mergePatch(before, first), mergePatch(before, second)] as [Stored, Stored];
  return refusedByPolicy(noops, was, is, { group, resource, operation: "UPDATE", ...more });
}

const owner = (name: string) => [{ apiVersion: "v1", kind: "ConfigMap", name, uid: "0" }];

test.each<[string, unknown, unknown]>([
  ["ownerReferences", owner("gone"), owner("other")],
  ["finalizers", ["tapline.dev/never"], ["tapline.dev/other"]],
])("noops changes of an object of the mesh no %s", (field, one, another) => {
  const saidTo = (first: unknown, second: unknown) =>
    said(rule, { metadata: { [field]: first } }, { metadata: { [field]: second } });
  const refusal = "noops changes no owners and no finalizers";
  expect([saidTo(null, null), saidTo(one, one)]).toEqual([null, null]);
  expect([saidTo(null, one), saidTo(one, null), saidTo(one, another)]).toEqual([refusal, refusal, refusal]);
});

describe("of annotations of the mesh and of autoscalers", () => {
  const own = { "tapline.dev/fence": "1" };
  const paused = { "autoscaling.keda.sh/paused-replicas": "0" };
  const refusal = "noops writes no annotations but its own";
  const of = (annotations: Json | null) => ({ metadata: { annotations } });

  test.each([rule, scaled, hpa])("noops writes its own, and leaves the others, at $resource", (which) => {
    const saidTo = (first: Json | null, second: Json | null) => said(which, of(first), of(second));
    for (const [first, second, isItsOwn] of annotationSteps)
      expect(saidTo(first, second)).toBe(isItsOwn ? null : refusal);
  });

  test("noops sets and takes away the pause where KEDA reads it alone", () => {
    expect(said(scaled, of(null), of(paused))).toBeNull();
    expect(said(scaled, of(paused), of(null))).toBeNull();
    expect(said(scaled, of({ ...paused, ...own }), of(own))).toBeNull();
    expect(said(hpa, of(null), of(paused))).toBe(refusal);
    expect(said(hpa, of(paused), of(null))).toBe(refusal);
    expect(said(hpa, of({ ...paused, ...own }), of(own))).toBe(refusal);
  });
});

test("noops leaves what has no labels, or none of Tapline's", () => {
  const bare = mergePatch(store.get(rule.resource, "tapline", rule.name), { metadata: { labels: null } });
  for (const labels of [null, { app: "shop" }]) {
    const foreign = mergePatch(bare, { metadata: { labels } }) as Stored;
    const deed = { group: rule.group, resource: rule.resource, operation: "UPDATE" } as const;
    expect(refusedByPolicy(noops, foreign, foreign, deed)).toMatch(/not labelled as Tapline's$/);
  }
});

test("noops changes no part of an object that the API server keeps by itself, as its status or scale", () => {
  expect(said(scaled, {}, {}, { subResource: null })).toBeNull();
  for (const subResource of ["status", "scale"])
    expect(said(scaled, {}, {}, { subResource })).toMatch(/^noops makes and removes nothing/);
});

test("whatever version of an API noops writes by, it is held to the same", () => {
  for (const version of ["v1", "v1alpha3", "v1beta1"])
    expect(said(rule, {}, { spec: { host: "other" } }, { version })).toMatch(/^noops changes of a Dest/);
});

test("noops takes nothing away from what an autoscaler goes by", () => {
  expect(said(scaled, {}, { spec: { triggers: null } })).toBe(
    "noops changes of an autoscaler its bounds alone",
  );
});

describe("a DestinationRule", () => {
  const none = { spec: { trafficPolicy: null } };
  const of = (trafficPolicy: Json) => ({ spec: { trafficPolicy: { tls: null, ...trafficPolicy } } });

  test("without a policy of traffic stays so, or is given what noops sets alone", () => {
    expect(said(rule, none, none)).toBeNull();
    expect(said(rule, none, of({ outlierDetection: { interval: "10s" } }))).toBeNull();
    expect(said(rule, none, of({ loadBalancer: { simple: "RANDOM" } }))).toMatch(
      /^noops changes of a DestinationRule/,
    );
  });

  test("is given no other part of a pool of connections", () => {
    const http = { http: { maxRetries: 1 } };
    expect(said(rule, {}, { spec: { trafficPolicy: { connectionPool: http } } })).toMatch(
      /^noops changes of a pool/,
    );
  });
});
