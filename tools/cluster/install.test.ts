import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Manifest, render } from "../mesh/index.ts";
import { ApiDouble } from "./api-double.fixture.ts";
import { ClusterClient } from "./cluster-client.ts";
import { Installation, type InstallOptions } from "./install.ts";
import { requireThrowAway } from "./throw-away.ts";

const overlay = render(join(import.meta.dirname, "../../istio/overlays/kind"));

// Hundreds of requests each, on a machine that is busy with something else.
vi.setConfig({ testTimeout: 120_000 });

let cluster: ApiDouble;
beforeEach(async () => {
  cluster = new ApiDouble();
  await cluster.start();
});
afterEach(() => cluster.end());

const installation = (options: InstallOptions = {}) =>
  new Installation(new ClusterClient(cluster.config()), { everyMs: 5, waitMs: 20_000, ...options });
const refusalOf = async (acting: Promise<unknown>): Promise<{ code: string; message: string }> => {
  const error = await acting.then(
    () => new Error("it was done"),
    (e: unknown) => e,
  );
  if (!(error instanceof TaplineError)) throw error;
  return { code: error.code, message: error.message };
};
const indexOf = (change: string): number => {
  const at = cluster.changes.indexOf(change);
  expect(at, change).toBeGreaterThanOrEqual(0);
  return at;
};
const namespace = (name: string): Manifest => ({
  ...{ apiVersion: "v1", kind: "Namespace" },
  metadata: { name },
});
const configMap = (name: string, text: string): Manifest => ({
  ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "tapline" } },
  data: { text },
});

describe("the overlay kind, applied to a double of a cluster", () => {
  test("is there whole, in an order in which nothing lacks what it needs", async () => {
    const made = configMap("made-of-the-stores", "later");
    await installation({ onceStoresAreReady: async () => [made] }).install(overlay);
    expect(cluster.changes).toHaveLength(overlay.length + 1);
    expect(cluster.present).toHaveLength(overlay.length + 1);
    const order = [
      ...["apply Namespace tapline", "apply ServiceAccount ingest", "apply AuthorizationPolicy deny-all"],
      ...["apply Service ingest", "apply StatefulSet redis", "apply ConfigMap made-of-the-stores"],
      ...["apply Job migrations", "apply Deployment ingest-blue"],
    ].map(indexOf);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    const firstProcess = cluster.changes.findIndex((change) => change.startsWith("apply Deployment"));
    expect(cluster.changes.slice(firstProcess).every((one) => one.startsWith("apply Deployment"))).toBe(true);
  });

  test("is taken away again, and what was there before stays", async () => {
    cluster.put(namespace("somebody"), "somebody");
    const ours = installation();
    await ours.install(overlay);
    await ours.remove();
    expect(cluster.present).toEqual(["Namespace somebody"]);
  });

  test("is taken away where it was left half done", async () => {
    cluster.stuck.set("migrations", {
      conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "too often" }],
    });
    const ours = installation();
    expect(await refusalOf(ours.install(overlay))).toEqual({
      code: "unavailable",
      message: "batch/v1/Job/tapline/migrations BackoffLimitExceeded: too often",
    });
    expect(cluster.present.some((one) => one.startsWith("Deployment ingest-"))).toBe(false);
    await ours.remove();
    expect(cluster.present).toEqual([]);
  });
});

test("what was made though the answer never came is taken away again, and what was refused is left to others", async () => {
  const ours = installation();
  await ours.install([namespace("tapline"), namespace("apart")]);
  cluster.cut.add("apply ConfigMap unheard");
  const unheard = {
    ...configMap("unheard", "ours"),
    metadata: { name: "unheard", namespace: "istio-system" },
  };
  expect((await refusalOf(ours.change(unheard))).message).toContain("cannot be applied");
  expect(cluster.present).toContain("ConfigMap unheard");
  const refused = { ...configMap("refused", "ours"), metadata: { name: "refused", namespace: "nowhere" } };
  expect((await refusalOf(ours.change(refused))).message).toContain('namespaces "nowhere" not found');
  cluster.put(namespace("nowhere"), "somebody");
  cluster.put(refused, "somebody");
  await ours.remove();
  expect(cluster.present).toEqual(["ConfigMap refused", "Namespace nowhere"]);
});

describe("an installation says what is wrong", () => {
  test.each([
    ["networking.istio.io/v1", /networking\.istio\.io\/v1 DestinationRule, .*VirtualService$/],
    ["postgresql.cnpg.io/v1", /does not know postgresql\.cnpg\.io\/v1 Cluster$/],
  ])("where the cluster has no %s, before anything is applied", async (group, message) => {
    delete cluster.groups[group];
    const refusal = await refusalOf(installation().install(overlay));
    expect(refusal).toEqual({ code: "misconfigured", message: expect.stringMatching(message) });
    expect(cluster.changes).toEqual([]);
  });

  test("where a namespace is somebody's already, and leaves it alone", async () => {
    cluster.put(namespace("tapline"), "somebody");
    const ours = installation();
    expect(await refusalOf(ours.install(overlay))).toEqual({
      code: "misconfigured",
      message: "the namespace tapline is there already",
    });
    await ours.remove();
    expect(cluster.changes).toEqual([]);
  });

  test("where somebody else set a field, whom it names, and takes nothing from him", async () => {
    const ours = installation();
    await ours.install([namespace("tapline")]);
    cluster.put(configMap("settings", "theirs"), "somebody");
    expect(await refusalOf(ours.change(configMap("settings", "ours")))).toEqual({
      code: "misconfigured",
      message: expect.stringMatching(/settings cannot be applied: .*conflict with "somebody": \.data\.text/),
    });
  });

  test("where something does not get ready in time, and what it lacks", async () => {
    cluster.stuck.set("redis", { observedGeneration: 1, replicas: 1, updatedReplicas: 1 });
    const refusal = await refusalOf(installation({ waitMs: 50 }).install(overlay));
    expect(refusal.code).toBe("unavailable");
    expect(refusal.message).toMatch(/waited 0\.05 s in vain: .*redis has 0 of 1 replicas ready$/);
    expect(cluster.present).not.toContain("Job migrations");
  });

  test("where a database lacks a role, whose rights the migrations would give it, and why", async () => {
    const [cannotReconcile, reconciled] = [{ tapline_web: ["secret not found"] }, ["tapline_audit"]];
    const managedRolesStatus = { byStatus: { reconciled }, cannotReconcile };
    const database = overlay.filter(({ kind }) => kind === "Cluster");
    cluster.stuck.set("tapline", { readyInstances: 1, managedRolesStatus });
    const installing = installation({ waitMs: 50 }).install([namespace("tapline-data"), ...database]);
    const { message } = await refusalOf(installing);
    expect(message).toContain("Cluster/tapline-data/tapline has not made the roles tapline_services, ");
    expect(message).toContain("tapline_web: secret not found");
    expect(message).not.toContain("tapline_audit");
  });

  test("where a rollout has given up, without waiting on", async () => {
    const message = 'ReplicaSet "ingest-blue-1" has timed out progressing.';
    const late = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message };
    cluster.stuck.set("ingest-blue", { observedGeneration: 1, conditions: [late] });
    const { message: said } = await refusalOf(installation().install(overlay));
    expect(said).toBe(`apps/v1/Deployment/tapline/ingest-blue ${message}`);
  });

  test("where something does not go", async () => {
    const ours = installation({ waitMs: 50 });
    await ours.install([namespace("tapline")]);
    cluster.held.add("tapline");
    expect((await refusalOf(ours.remove())).message).toMatch(/Namespace\/tapline is still there$/);
  });

  test("where the cluster does not answer", async () => {
    const ours = installation();
    await cluster.end();
    await expect(ours.install([namespace("tapline")])).rejects.toThrow("the cluster does not answer");
    await cluster.start();
  });
});

test("a server that fails for a moment is asked again while something is waited for", async () => {
  const ours = installation();
  const redis = overlay.filter(({ kind }) => kind === "StatefulSet");
  await ours.install([namespace("tapline-data")]);
  const acting = ours.install(redis);
  await expect.poll(() => cluster.changes.at(-1), { interval: 1 }).toBe("apply StatefulSet redis");
  cluster.failures.push(503, 429);
  await acting;
  expect(cluster.failures).toEqual([]);
});

test("a change of what runs is waited for until all of it is renewed", async () => {
  const ours = installation();
  await ours.install(overlay);
  const deployment = overlay.find(
    ({ kind, metadata }) => kind === "Deployment" && metadata.name === "ingest-blue",
  );
  if (deployment === undefined) throw new Error("there is no ingest-blue");
  const two = { ...deployment, spec: { ...(deployment.spec as object), replicas: 2 } };
  await ours.change(two);
  expect(cluster.changes.at(-1)).toBe("apply Deployment ingest-blue");
});

describe("a cluster to throw away", () => {
  test.each(["kind-tapline", "k3d-x", "minikube"])("is one that is called %s, on this machine", (context) => {
    expect(() => requireThrowAway(cluster.config(context), undefined)).not.toThrow();
  });

  test("is no other one, unless it was named as one", () => {
    const production = cluster.config("gke_production");
    expect(() => requireThrowAway(production, undefined)).toThrow("does not look like a cluster");
    expect(() => requireThrowAway(production, "kind-tapline")).toThrow("does not look like a cluster");
    expect(() => requireThrowAway(production, "gke_production")).not.toThrow();
    const far = cluster.config("kind-far");
    far.clusters = far.clusters.map((one) => ({ ...one, server: "https://api.example:6443" }));
    expect(() => requireThrowAway(far, undefined)).toThrow("does not look like a cluster");
  });
});
