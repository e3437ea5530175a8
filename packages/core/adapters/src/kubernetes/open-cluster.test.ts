import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "@tapline/core/kernel";
import { expect, test } from "vitest";
import { Bench } from "./actuator-bench.fixture.ts";
import { addDeployment } from "./cluster-objects.fixture.ts";
import { openCluster } from "./open-cluster.ts";

const bench = new Bench();

test("finds the API server, its namespace and its token where Kubernetes puts them for a pod", async () => {
  addDeployment(bench.cluster.store, "ingest", "blue", 1);
  const { hostname: host, port } = new URL(bench.cluster.url);
  const hands = await openCluster({ host, port: Number(port), folder: bench.cluster.folder });
  expect((await hands.look()).workloads.map(({ service }) => service)).toEqual(["ingest"]);
});

test("works outside a cluster by a kubeconfig, in the namespace of its context", async () => {
  addDeployment(bench.cluster.store, "ingest", "blue", 1);
  const path = join(bench.cluster.folder, "kubeconfig");
  const contexts = [{ name: "double", context: { cluster: "double", user: "admin", namespace: "tapline" } }];
  await writeFile(path, JSON.stringify({ ...bench.cluster.kubeconfig, contexts }));
  const hands = await openCluster({ kubeconfig: path });
  expect((await hands.look()).workloads).toHaveLength(1);
});

test("says what is missing where it is neither", async () => {
  await expect(openCluster({})).rejects.toSatisfy((e) => hasCode(e, "misconfigured"));
  const nowhere = openCluster({ host: "127.0.0.1", port: 443, folder: join(bench.cluster.folder, "none") });
  await expect(nowhere).rejects.toThrow("the pod has no service account");
});
