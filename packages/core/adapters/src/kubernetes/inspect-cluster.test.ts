import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadYaml } from "@kubernetes/client-node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ClusterDouble } from "./cluster-double.fixture.ts";
import { addDeployment, addMesh } from "./cluster-objects.fixture.ts";
import { allows, type Rule } from "./cluster-role.fixture.ts";
import { inspectCluster } from "./inspect-cluster.ts";

let cluster: ClusterDouble;
let folder: string;
let kubeconfig: string;

beforeEach(async () => {
  cluster = await ClusterDouble.start();
  folder = await mkdtemp(join(tmpdir(), "tapline-inspect-"));
  kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, JSON.stringify(cluster.kubeconfig));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await cluster.end();
});

const names = { namespace: "tapline", stores: "tapline-data", mesh: "istio-system" };
const look = () => inspectCluster(kubeconfig, names);

test("a look at a cluster reads objects, version and clock, and writes nothing", async () => {
  addDeployment(cluster.store, "ingest", "blue", 2);
  addMesh(cluster.store, "ingest");
  const picture = await look();
  expect(picture.version).toBe("v1.33.2");
  expect(Math.abs((picture.serverEpochMs ?? 0) - Date.now())).toBeLessThan(60_000);
  const { deployments, virtualServices, nodeLeases } = picture.objects;
  expect(deployments).toMatchObject({ is: "known", value: [{ metadata: { name: "ingest-blue" } }] });
  expect(virtualServices).toMatchObject({ is: "known", value: [{ metadata: { name: "ingest" } }] });
  expect(nodeLeases).toEqual({ is: "known", value: [] });
  expect(new Set(cluster.asked.map(({ verb }) => verb))).toEqual(new Set(["list"]));
  expect(cluster.asked.map(({ resource }) => resource)).not.toContain("secrets");
});

test("a look wants the rights that the page of clusters gives, and no more", async () => {
  const page = await readFile(join(import.meta.dirname, "../../../../../docs/cluster.md"), "utf8");
  const text = /```yaml\n(apiVersion: rbac[^`]*)```/.exec(page)?.[1] ?? "";
  const { rules } = loadYaml<{ rules: Rule[] }>(text);
  await look();
  // Its version a server tells everybody.
  const objects = cluster.asked.filter(({ resource }) => resource !== "");
  expect(objects.filter((one) => !allows(rules, one))).toEqual([]);
  const given = rules.flatMap(({ apiGroups, resources }) =>
    apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`)),
  );
  const asked = new Set(objects.map(({ group, resource }) => `${group}/${resource}`));
  expect(given.sort()).toEqual([...asked].sort());
  expect(new Set(objects.map(({ namespace }) => namespace))).toEqual(
    new Set(["tapline", "tapline-data", "istio-system", "kube-node-lease"]),
  );
});

test("what is not installed, or may not be listed, is said to be unknown", async () => {
  cluster.missing.add("cert-manager.io");
  cluster.faults.push({
    ...{ times: 1, answer: { code: 403 } },
    matches: ({ resource }) => resource === "authorizationpolicies",
  });
  const { objects } = await look();
  expect(objects.certificates).toEqual({ is: "unknown", why: "certificates are not installed" });
  expect(objects.authorizationPolicies).toEqual({
    is: "unknown",
    why: "this kubeconfig may not list authorizationpolicies",
  });
});

test("without Argo Rollouts there are none of them; where they may not be listed that is said", async () => {
  cluster.missing.add("argoproj.io");
  expect((await look()).objects.rollouts).toEqual({ is: "known", value: [] });
  cluster.faults.push({
    ...{ times: 1, answer: { code: 403 } },
    matches: ({ resource }) => resource === "rollouts",
  });
  const why = "this kubeconfig may not list rollouts";
  expect((await look()).objects.rollouts).toEqual({ is: "unknown", why });
});

test("an API server that does not answer is no picture", async () => {
  await cluster.end();
  await expect(look()).rejects.toThrow();
  cluster = await ClusterDouble.start();
});
