import { expect, test } from "vitest";
import { refusedByPolicy } from "./cluster-admission.fixture.ts";
import { addDeployment } from "./cluster-objects.fixture.ts";
import { ClusterStore, type Json, mergePatch, type Stored } from "./cluster-store.fixture.ts";
import { annotations } from "./names.ts";

const noops = "system:serviceaccount:tapline:noops";
const secret = { name: "TAPLINE_PROCESS_KEY", valueFrom: { secretKeyRef: { name: "keys", key: "path" } } };

const store = new ClusterStore();
addDeployment(store, "ingest", "blue", 2, [secret, { name: "LOG_LEVEL", value: "info" }]);
const before = store.get("deployments", "tapline", "ingest-blue");

type Container = Json & { name: string };
const containers = () =>
  (before.spec.template as { spec: { containers: [Container, Container] } }).spec.containers;

/** What the policy says to a change of the pod's template. */
function said(podSpec: Json, by = noops): string | null {
  const change = { spec: { template: { spec: podSpec } } };
  return refusedByPolicy(by, before, mergePatch(before, change) as Stored);
}
/** The same of the service's own container. */
const saidOfContainer = (change: Json) => {
  const [main, other] = containers();
  return said({ containers: [mergePatch(main, change), other] });
};

test("noops may set numbers, marks, a tag and settings", () => {
  const change = { metadata: { annotations: { [annotations.fence]: "3" } }, spec: { replicas: 5 } };
  expect(refusedByPolicy(noops, before, mergePatch(before, change) as Stored)).toBeNull();
  expect(saidOfContainer({ image: "registry.example:5000/tapline/worker:2.0.0" })).toBeNull();
  expect(saidOfContainer({ env: [secret, { name: "LOG_LEVEL", value: "debug" }] })).toBeNull();
});

test.for<[string, Json]>([
  ["another repository", { image: "registry.example:5000/evil/worker:1.0.0" }],
  ["another registry", { image: "evil.example/tapline/worker:1.0.0" }],
  ["a name that only begins alike", { image: "registry.example:5000/tapline/worker-evil:1.0.0" }],
  ["a command", { command: ["sh", "-c", "cat /run/secrets/*"] }],
  ["arguments", { args: ["--import", "data:text/javascript,steal()"] }],
  ["all of a secret", { envFrom: [{ secretRef: { name: "keys" } }] }],
  ["a value of a secret", { env: [secret, { ...secret, name: "TAPLINE_OTHER" }] }],
  ["a value in a secret's place", { env: [{ name: "TAPLINE_PROCESS_KEY", value: "/mine" }] }],
  ["code by the environment", { env: [secret, { name: "NODE_OPTIONS", value: "--import data:,x" }] }],
  ["other people to believe", { env: [secret, { name: "TAPLINE_RECIPIENT_PINS", value: "00" }] }],
  [
    "another place to send to",
    { env: [secret, { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "https://x" }] },
  ],
  ["a setting that no release sets", { env: [secret, { name: "TAPLINE_PARTITIONS", value: "2" }] }],
  ["other hands", { env: [secret, { name: "TAPLINE_KUBECONFIG", value: "/tmp/x" }] }],
  ["a mount", { volumeMounts: [{ name: "keys", mountPath: "/keys" }] }],
  ["more rights", { securityContext: { privileged: true } }],
  ["what runs at its start", { lifecycle: { postStart: { exec: { command: ["sh"] } } } }],
  ["another name", { name: "ingest2" }],
])("noops may not give a container %s", ([, change]) => {
  expect(saidOfContainer(change)).toEqual(expect.stringMatching(/^noops /));
});

test("noops takes settings away that it may set, and no others", () => {
  const refusal = "noops takes none of the settings away that it may not set";
  const [main, other] = containers();
  const role = { name: "ROLE", value: "ingest" };
  const level = { name: "LOG_LEVEL", value: "info" };
  const of = (env: Json[] | null) => ({
    spec: { template: { spec: { containers: [mergePatch(main, { env }), other] } } },
  });
  const whole = mergePatch(before, of([role, secret, level])) as Stored;
  const saidTo = (env: Json[] | null) => refusedByPolicy(noops, whole, mergePatch(whole, of(env)) as Stored);
  expect(saidTo([secret, role])).toBeNull();
  for (const env of [[role, level], [secret, level], [], null]) expect(saidTo(env)).toBe(refusal);
});

test.each([
  "registry.example:5000/tapline/worker",
  `registry.example:5000/tapline/worker@sha256:${"0".repeat(64)}`,
  `registry.example:5000/tapline/worker:1.0.0@sha256:${"0".repeat(64)}`,
])("of an image that is named %s noops sets a tag, and no other image", (image) => {
  const [main, other] = containers();
  const of = (change: Json) => ({
    spec: { template: { spec: { containers: [mergePatch(main, change), other] } } },
  });
  const named = mergePatch(before, of({ image })) as Stored;
  const saidTo = (to: string) =>
    refusedByPolicy(noops, named, mergePatch(named, of({ image: to })) as Stored);
  expect(saidTo("registry.example:5000/tapline/worker:2.0.0")).toBeNull();
  for (const strange of ["alpine", "registry.example:5000", "registry.example:2.0.0", "evil/worker:2.0.0"])
    expect(saidTo(strange)).toBe("noops changes of an image the tag alone");
});

test.each([
  ["another sidecar", { "sidecar.istio.io/proxyImage": "evil.example/proxy:1" }],
  ["a sidecar that reads secrets", { "sidecar.istio.io/userVolume": '[{"name":"keys","secret":{}}]' }],
  ["no sidecar", { "sidecar.istio.io/inject": "false" }],
])("noops may not have an injector give a pod %s", (_what, annotations) => {
  const saidTo = (change: Json) => refusedByPolicy(noops, before, mergePatch(before, change) as Stored);
  const refusal = "noops writes no annotations but its own";
  expect(saidTo({ spec: { template: { metadata: { annotations } } } })).toBe(refusal);
  expect(saidTo({ metadata: { annotations } })).toBe(refusal);
});

test("noops writes its own annotations, and leaves those that are there", () => {
  const marked = mergePatch(before, {
    spec: { template: { metadata: { annotations: { "sidecar.istio.io/inject": "true" } } } },
  }) as Stored;
  const saidTo = (given: Json) =>
    refusedByPolicy(
      noops,
      marked,
      mergePatch(marked, { spec: { template: { metadata: { annotations: given } } } }) as Stored,
    );
  expect(saidTo({ [annotations.restartedAt]: "2026-11-30T04:00:00Z" })).toBeNull();
  expect(saidTo({ "sidecar.istio.io/inject": null })).toBe("noops writes no annotations but its own");
});

test("noops may not add or remove containers", () => {
  expect(said({ containers: [...containers(), { name: "x", image: "evil" }] })).toMatch(/adds, removes/);
  expect(said({ containers: [containers()[0]] })).toMatch(/adds, removes/);
});

test("whatever version of an API noops writes by, it is held to the same", () => {
  const deed = { group: "apps", resource: "deployments", operation: "UPDATE" } as const;
  const other = mergePatch(before, { spec: { template: { spec: { nodeName: "mine" } } } }) as Stored;
  for (const version of ["v1", "v1beta2"])
    expect(refusedByPolicy(noops, before, other, { ...deed, version })).toMatch(/^noops changes of a pod/);
});

test("what the policy cannot answer is a no: nobody is let through by an error", () => {
  const bare = mergePatch(before, { metadata: { labels: null } }) as Stored;
  expect(() => refusedByPolicy(noops, before, bare)).toThrow();
});

test("noops may not touch what is not Tapline's, nor relabel what is", () => {
  const foreign = mergePatch(before, {
    metadata: { labels: { "app.kubernetes.io/part-of": "shop" } },
  }) as Stored;
  expect(refusedByPolicy(noops, foreign, { ...foreign, spec: { ...foreign.spec, replicas: 0 } })).toMatch(
    /not labelled/,
  );
  expect(refusedByPolicy(noops, before, foreign)).toBe("noops changes no labels");
  const change = { spec: { template: { metadata: { labels: { "tapline.dev/service": "web" } } } } };
  expect(refusedByPolicy(noops, before, mergePatch(before, change) as Stored)).toBe(
    "noops changes no labels",
  );
});

test.each([
  ["owners", { ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "gone", uid: "0" }] }],
  ["finalizers", { finalizers: ["tapline.dev/never"] }],
])("noops may not change %s: what belongs to nothing is removed", (_what, metadata) => {
  expect(refusedByPolicy(noops, before, mergePatch(before, { metadata }) as Stored)).toBe(
    "noops changes no owners and no finalizers",
  );
});

test("others are not held to it: who deploys changes what he likes", () => {
  expect(said({ serviceAccountName: "transfer" }, "alice")).toBeNull();
  expect(said({ serviceAccountName: "transfer" }, "system:serviceaccount:other:noops")).toBeNull();
});
