import { beforeEach, expect, test, vi } from "vitest";
import { Bench, blue, green, release, terms } from "./actuator-bench.fixture.ts";
import { addAutoscaler, addDeployment, addMesh, addScaledObject } from "./cluster-objects.fixture.ts";
import { rulesOfNoops } from "./cluster-role.fixture.ts";

const bench = new Bench();

beforeEach(async () => {
  addDeployment(bench.cluster.store, "ingest", "blue", 2);
  addDeployment(bench.cluster.store, "ingest", "green", 0);
  addDeployment(bench.cluster.store, "kpi", "blue", 1);
  addMesh(bench.cluster.store, "ingest");
  addAutoscaler(bench.cluster.store, "ingest-green", 1, 3);
  addScaledObject(bench.cluster.store, "kpi-blue", 1, 3);
  await bench.settle(blue, 2);
});

test("the Role allows what the hands do, and nothing that they do not", async () => {
  const { hands, cluster } = bench;
  const watched = vi.fn();
  const stop = hands.watch(watched, (error) => expect(error).toBeUndefined());
  await vi.waitFor(() => expect(cluster.watches).toBe(6), { timeout: 20_000 });
  const [first] = (await hands.look()).workloads.find(({ service }) => service === "ingest")?.replicas ?? [];
  await hands.act({ kind: "place", workload: green, release, replicas: 1 }, terms);
  await hands.act({ kind: "bound", workload: { service: "kpi", colour: "blue" }, min: 2, max: 3 }, terms);
  await hands.act({ kind: "replace", workload: blue, replica: first?.name ?? "" }, terms);
  await bench.settle(green, 1);
  await hands.act({ kind: "share", service: "ingest", greenPercent: 50 }, terms);
  await hands.act({ kind: "connections", service: "ingest", maxConnections: 64 }, terms);
  await hands.act({ kind: "retries", service: "ingest", attempts: 1 }, terms);
  stop();
  const used = cluster.asked.map(({ group, resource, subresource, verb }) => {
    const named = subresource === undefined ? resource : `${resource}/${subresource}`;
    return `${verb} ${group}/${named}`;
  });
  const allowed = rulesOfNoops().flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
    ),
  );
  expect([...new Set(used)].sort()).toEqual(allowed.sort());
});

test("the Role reaches no secret, makes and deletes nothing, and gives no rights", () => {
  const text = JSON.stringify(rulesOfNoops());
  for (const word of [
    "*",
    "secrets",
    "configmaps",
    "serviceaccounts",
    "delete",
    "update",
    "get",
    "rolebindings",
  ])
    expect(text).not.toContain(`"${word}"`);
  expect(text.match(/"create"/g)).toHaveLength(1);
});
