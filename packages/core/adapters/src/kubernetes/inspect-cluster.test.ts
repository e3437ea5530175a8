import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ClusterDouble } from "./cluster-double.fixture.ts";
import { addDeployment, addMesh } from "./cluster-objects.fixture.ts";
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

const look = () => inspectCluster(kubeconfig, { namespace: "tapline", mesh: "istio-system" });

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

test("an API server that does not answer is no picture", async () => {
  await cluster.end();
  await expect(look()).rejects.toThrow();
  cluster = await ClusterDouble.start();
});
