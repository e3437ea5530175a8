import { describe, expect, test } from "vitest";
import { annotationSteps, refusedByPolicy } from "./cluster-admission.fixture.ts";
import { addDeployment } from "./cluster-objects.fixture.ts";
import { ClusterStore, type Json, mergePatch, type Stored } from "./cluster-store.fixture.ts";

const noops = "system:serviceaccount:tapline:noops";
const store = new ClusterStore();
addDeployment(store, "ingest", "blue", 2);
const before = store.get("deployments", "tapline", "ingest-blue");
type Container = Json & { name: string };
const [main, other] = (before.spec.template as { spec: { containers: [Container, Container] } }).spec
  .containers;

/** What is there before and after; null: nothing. */
type Step = readonly [before: unknown, after: unknown];
/** A field cannot come, go or become another; it may stay. */
const steps = (one: unknown, another: unknown): { readonly no: Step[]; readonly yes: Step[] } => ({
  no: [
    [null, one],
    [one, null],
    [one, another],
  ],
  yes: [
    [null, null],
    [one, one],
  ],
});

/** What the policy says where an object was one way and is to be another, with a number of replicas beside it. */
function change(first: Json, second: Json): string | null {
  const to = mergePatch(mergePatch(before, second), { spec: { replicas: 5 } });
  return refusedByPolicy(noops, mergePatch(before, first) as Stored, to as Stored);
}
const said = (at: (value: unknown) => Json, taken: readonly Step[]): (string | null)[] =>
  taken.map(([first, second]) => change(at(first), at(second)));

function expectHeld(at: (value: unknown) => Json, one: unknown, another: unknown, refusal: string): void {
  const { no, yes } = steps(one, another);
  expect(said(at, yes)).toEqual([null, null]);
  expect(said(at, no)).toEqual([refusal, refusal, refusal]);
}

const named = (name: string) => [{ name }];

describe("noops changes of a pod", () => {
  const inPod = (field: string) => (value: unknown) => ({
    spec: { template: { spec: { [field]: value } } },
  });

  test.each<[string, unknown, unknown]>([
    ["hostAliases", [{ ip: "192.0.2.7", hostnames: ["redis"] }], [{ ip: "192.0.2.8", hostnames: ["redis"] }]],
    ["dnsConfig", { nameservers: ["192.0.2.7"] }, { nameservers: ["192.0.2.8"] }],
    ["dnsPolicy", "None", "Default"],
    ["hostname", "redis", "postgres"],
    ["subdomain", "redis", "postgres"],
    ["nodeSelector", { zone: "a" }, { zone: "b" }],
    ["affinity", { nodeAffinity: {} }, { podAffinity: {} }],
    ["tolerations", [{ key: "control-plane" }], [{ key: "other" }]],
    ["schedulerName", "mine", "other"],
    ["priorityClassName", "system-node-critical", "low"],
    ["serviceAccount", "transfer", "audit"],
    ["automountServiceAccountToken", true, false],
    ["volumes", [{ name: "keys", secret: { secretName: "keys" } }], named("keys")],
    ["initContainers", [{ name: "x", image: "evil" }], [{ name: "x", image: "good" }]],
    ["imagePullSecrets", named("mine"), named("other")],
    ["securityContext", { runAsUser: 0 }, { runAsUser: 1_000 }],
    ["hostNetwork", true, false],
    ["hostPID", true, false],
    ["hostIPC", true, false],
    ["hostUsers", true, false],
    ["shareProcessNamespace", true, false],
    ["runtimeClassName", "mine", "other"],
    ["nodeName", "control-plane", "node-1"],
    ["resourceClaims", named("gpu"), named("other")],
    ["serviceAccountName", "transfer", "audit"],
    [
      "topologySpreadConstraints",
      [{ maxSkew: 1, topologyKey: "zone" }],
      [{ maxSkew: 9, topologyKey: "zone" }],
    ],
    ["schedulingGates", named("never"), named("other")],
    ["readinessGates", [{ conditionType: "never" }], [{ conditionType: "other" }]],
    ["preemptionPolicy", "Never", "PreemptLowerPriority"],
    ["terminationGracePeriodSeconds", 0, 40],
    ["enableServiceLinks", true, false],
    ["setHostnameAsFQDN", true, false],
    ["activeDeadlineSeconds", 1, 600],
    ["ephemeralContainers", [{ name: "x", image: "evil" }], [{ name: "x", image: "good" }]],
    ["hostnameOverride", "redis", "postgres"],
    ["os", { name: "windows" }, { name: "linux" }],
    ["overhead", { cpu: "64" }, { cpu: "1" }],
    ["priority", 2_000_000_000, 1],
    ["resources", { limits: { memory: "1Mi" } }, { limits: { memory: "768Mi" } }],
    ["restartPolicy", "Never", "Always"],
    ["whatIsKnownLater", "a", "b"],
  ])("no %s", (field, one, another) => {
    expectHeld(inPod(field), one, another, "noops changes of a pod its containers alone");
  });
});

describe("noops changes of a container", () => {
  const inContainer = (field: string) => (value: unknown) => ({
    spec: { template: { spec: { containers: [mergePatch(main, { [field]: value }), other] } } },
  });
  const probe = (path: string) => ({ httpGet: { path, port: 9_464 } });

  test.each<[string, unknown, unknown]>([
    ["command", ["sh"], ["node"]],
    ["args", ["-c"], ["-e"]],
    ["workingDir", "/tmp", "/app"],
    ["envFrom", [{ secretRef: { name: "keys" } }], [{ secretRef: { name: "other" } }]],
    ["volumeMounts", [{ name: "keys", mountPath: "/keys" }], [{ name: "keys", mountPath: "/other" }]],
    ["volumeDevices", [{ name: "disk", devicePath: "/dev/a" }], [{ name: "disk", devicePath: "/dev/b" }]],
    ["securityContext", { privileged: true }, { privileged: false }],
    ["lifecycle", { postStart: { exec: { command: ["sh"] } } }, { preStop: { sleep: { seconds: 5 } } }],
    ["livenessProbe", probe("/healthz"), probe("/other")],
    ["readinessProbe", probe("/readyz"), probe("/other")],
    ["startupProbe", probe("/healthz"), probe("/other")],
    ["ports", [{ containerPort: 7_443 }], [{ containerPort: 9_464 }]],
    ["resources", { limits: { memory: "768Mi" } }, { limits: { memory: "1Mi" } }],
    ["imagePullPolicy", "Always", "Never"],
    ["terminationMessagePath", "/dev/termination-log", "/etc/tapline/process/process.key"],
    ["terminationMessagePolicy", "File", "FallbackToLogsOnError"],
    ["stdin", true, false],
    ["stdinOnce", true, false],
    ["tty", true, false],
    ["resizePolicy", [{ resourceName: "cpu", restartPolicy: "RestartContainer" }], []],
    ["restartPolicy", "Always", "Never"],
    ["restartPolicyRules", [{ action: "Restart" }], []],
    ["whatIsKnownLater", "a", "b"],
  ])("no %s", (field, one, another) => {
    expectHeld(
      inContainer(field),
      one,
      another,
      "noops changes of a container its image and its settings alone",
    );
  });
});

describe("noops changes of how pods are exchanged", () => {
  test.each<[string, unknown, unknown]>([
    ["strategy", { type: "Recreate" }, { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } }],
    ["paused", true, false],
    ["minReadySeconds", 3_600, 10],
    ["progressDeadlineSeconds", 1, 180],
    ["revisionHistoryLimit", 0, 5],
    ["selector", { matchLabels: { app: "shop" } }, { matchLabels: { app: "other" } }],
    ["whatIsKnownLater", "a", "b"],
  ])("no %s", (field, one, another) => {
    const inSpec = (value: unknown) => ({ spec: { [field]: value } });
    expectHeld(
      inSpec,
      one,
      another,
      "noops changes of a Deployment the number of pods and their template alone",
    );
  });
});

describe("noops changes of an object", () => {
  const owner = (name: string) => [{ apiVersion: "v1", kind: "ConfigMap", name, uid: "0" }];

  test.each<[string, unknown, unknown]>([
    ["ownerReferences", owner("gone"), owner("other")],
    ["finalizers", ["tapline.dev/never"], ["tapline.dev/other"]],
  ])("no %s", (field, one, another) => {
    const inObject = (value: unknown) => ({ metadata: { [field]: value } });
    expectHeld(inObject, one, another, "noops changes no owners and no finalizers");
  });
});

describe("of annotations noops writes its own, and leaves the others,", () => {
  const places: [string, (annotations: Json | null) => Json][] = [
    ["at the object", (annotations) => ({ metadata: { annotations } })],
    ["at its template", (annotations) => ({ spec: { template: { metadata: { annotations } } } })],
  ];
  test.each(places)("%s", (_, place) => {
    const saidTo = (first: Json | null, second: Json | null) => change(place(first), place(second));
    const refusal = "noops writes no annotations but its own";
    for (const [first, second, isItsOwn] of annotationSteps)
      expect(saidTo(first, second)).toBe(isItsOwn ? null : refusal);
  });
});

describe("of containers", () => {
  const of = (...containers: Json[]) => ({ spec: { template: { spec: { containers } } } });
  const more = { name: "third", image: "alpine" };

  test("noops keeps the names, however many there are", () => {
    expect(change(of(main, other, more), of(main, other, more))).toBeNull();
    const refusal = "noops adds, removes and renames no container";
    expect(change(of(main, other, more), of(main, other, { ...more, name: "fourth" }))).toBe(refusal);
    expect(change(of(main, other), of(main, other, more))).toBe(refusal);
  });

  test("noops sets tags that are some, also where none was set", () => {
    const image = (name: string) => of(main, other, { ...more, image: name });
    const digest = `alpine@sha256:${"0".repeat(64)}`;
    expect(change(image("alpine"), image("alpine:3"))).toBeNull();
    expect(change(image(digest), image(digest))).toBeNull();
    const refusal = "noops changes of an image the tag alone";
    for (const strange of ["alpine:-3", "alpine:", `alpine:3@sha256:${"0".repeat(64)}`])
      expect(change(image("alpine"), image(strange))).toBe(refusal);
  });

  test("noops takes a setting neither from a secret nor away from one, whatever another container has", () => {
    const level = { name: "LOG_LEVEL", value: "info" };
    const kept = { name: "LOG_LEVEL", valueFrom: { secretKeyRef: { name: "keys", key: "level" } } };
    const key = { name: "TAPLINE_PROCESS_KEY", value: "/key" };
    const env = (mine: Json[] | null, theirs: Json[] | null = null) =>
      of(mergePatch(main, { env: mine }) as Json, mergePatch(other, { env: theirs }) as Json);
    const sets = "noops sets what a release may set alone, and nothing from a secret";
    const takes = "noops takes none of the settings away that it may not set";
    expect(change(env(null), env([level]))).toBeNull();
    expect(change(env([level]), env(null))).toBeNull();
    expect(change(env(null), env([kept]))).toBe(sets);
    expect(change(env([kept]), env([level]))).toBe(sets);
    expect(change(env([kept]), env([]))).toBe(takes);
    expect(change(env([key], [key]), env([], [key]))).toBe(takes);
    expect(change(env([key], [key]), env(null, [key]))).toBe(takes);
  });
});

test("noops leaves what has no labels, or none of Tapline's", () => {
  for (const labels of [null, { app: "shop" }]) {
    const foreign = mergePatch(mergePatch(before, { metadata: { labels: null } }), {
      metadata: { labels },
    }) as Stored;
    expect(refusedByPolicy(noops, foreign, foreign)).toMatch(/not labelled as Tapline's$/);
  }
});
