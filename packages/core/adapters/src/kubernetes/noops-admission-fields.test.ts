import { describe, expect, test } from "vitest";
import { refusedByPolicy } from "./cluster-admission.fixture.ts";
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

/** What the policy says to each step of a field, where a number of replicas changes beside it. */
function said(at: (value: unknown) => Json, taken: readonly Step[]): (string | null)[] {
  return taken.map(([first, second]) => {
    const was = mergePatch(before, at(first)) as Stored;
    return refusedByPolicy(
      noops,
      was,
      mergePatch(mergePatch(before, at(second)), { spec: { replicas: 5 } }) as Stored,
    );
  });
}

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
  ])("no %s", (field, one, another) => {
    expectHeld(inPod(field), one, another, "noops changes accounts, volumes, rights and places of no pod");
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
  ])("no %s", (field, one, another) => {
    expectHeld(inContainer(field), one, another, "noops changes of a container no command, mount or right");
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
