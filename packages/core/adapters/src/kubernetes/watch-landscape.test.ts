import { type Landscape, refusalOf } from "@tapline/core/noops";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { serviceAccountConfig } from "./cluster-config.ts";
import { ClusterDouble } from "./cluster-double.fixture.ts";
import { addDeployment } from "./cluster-objects.fixture.ts";
import { KubernetesActuator } from "./kubernetes-actuator.ts";

let cluster: ClusterDouble;
let stop: () => void;
const told: Landscape[] = [];
const troubles: unknown[] = [];

beforeEach(async () => {
  cluster = await ClusterDouble.start();
  addDeployment(cluster.store, "ingest", "blue", 1);
  told.length = 0;
  troubles.length = 0;
  const config = serviceAccountConfig(cluster.url, cluster.folder);
  const hands = new KubernetesActuator({ config, namespace: cluster.namespace });
  stop = hands.watch(
    (landscape) => told.push(landscape),
    (error) => troubles.push(error),
  );
  await untilWanted(1);
  await allWatched();
});
afterEach(async () => {
  stop();
  await cluster.end();
});

const within = { timeout: 20_000, interval: 20 };

/** Waits until the last landscape that was told wants so many. */
async function untilWanted(wanted: number): Promise<void> {
  await vi.waitFor(() => expect(told.at(-1)?.workloads[0]?.wanted).toBe(wanted), within);
}
/** Deployments, pods, both kinds of autoscalers, VirtualServices, DestinationRules. */
async function allWatched(): Promise<void> {
  await vi.waitFor(() => expect(cluster.watches).toBe(6), within);
}
const want = (replicas: number) =>
  cluster.store.patch("deployments", "tapline", "ingest-blue", { spec: { replicas } }, "kubectl");
const lists = () => cluster.asked.filter(({ verb }) => verb === "list").length;

test("tells of changes as they come, without listing again", async () => {
  const before = lists();
  want(3);
  await untilWanted(3);
  await vi.waitFor(
    () =>
      expect(told.at(-1)?.workloads[0]?.replicas.filter(({ state }) => state === "ready")).toHaveLength(3),
    within,
  );
  expect(lists()).toBe(before);
  expect(troubles).toEqual([]);
});

test("goes on where it stood when the server ends the watch, with the version of the last bookmark", async () => {
  const before = lists();
  // Something else in the cluster moved on: what we watch did not.
  cluster.store.create("secrets", "tapline", { metadata: { name: "other" } });
  const resourceVersion = String(cluster.store.version);
  cluster.say("BOOKMARK", { kind: "Deployment", metadata: { resourceVersion } });
  cluster.endWatches("end");
  await allWatched();
  const resumed = cluster.asked.filter(({ verb }) => verb === "watch").slice(-5);
  expect(resumed.map(({ query }) => query.get("resourceVersion"))).toEqual(Array(5).fill(resourceVersion));
  want(2);
  await untilWanted(2);
  expect(lists()).toBe(before);
  expect(troubles).toEqual([]);
});

test("misses nothing of what happened while it was away for a moment", async () => {
  cluster.meanwhile = ({ verb, resource }) => {
    if (verb !== "watch" || resource !== "deployments") return;
    cluster.meanwhile = undefined;
    want(4);
  };
  cluster.endWatches("end");
  await untilWanted(4);
  expect(troubles).toEqual([]);
});

test("lists anew where the server remembers no more as far back, and calls that no trouble", async () => {
  const before = lists();
  const expired = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" };
  cluster.store.forgetHistory();
  cluster.say("ERROR", expired);
  want(5);
  await untilWanted(5);
  await vi.waitFor(() => expect(lists()).toBeGreaterThanOrEqual(before + 5), within);
  expect(troubles).toEqual([]);
});

test("says once that the server is away, tries again by itself, and goes on with a fresh landscape", async () => {
  cluster.faults.push({ times: 60, answer: { code: 503 }, matches: () => true });
  cluster.endWatches("cut");
  await vi.waitFor(() => expect(troubles).toHaveLength(1), within);
  want(2);
  expect(told.at(-1)?.workloads[0]?.wanted).toBe(1);
  cluster.faults.length = 0;
  await untilWanted(2);
  expect(troubles.map(refusalOf)).toEqual(["unavailable"]);
});

test("goes on with the new token where the old one ended under it", async () => {
  cluster.exchangeToken();
  cluster.endWatches("end");
  await allWatched();
  want(2);
  await untilWanted(2);
  expect(troubles).toEqual([]);
});

test("says nothing any more once it was ended", async () => {
  stop();
  await vi.waitFor(() => expect(cluster.watches).toBe(0), within);
  const before = told.length;
  want(2);
  cluster.endWatches("cut");
  expect(told).toHaveLength(before);
  expect(troubles).toEqual([]);
});
