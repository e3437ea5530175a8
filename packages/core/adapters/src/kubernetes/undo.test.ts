import {
  type ActuatorAct,
  actStateOf,
  canBeUndone,
  changesSince,
  isHouseAct,
  type Landscape,
  undoOf,
} from "@tapline/core/noops";
import { beforeEach, expect, test } from "vitest";
import { Bench, blue, green, terms } from "./actuator-bench.fixture.ts";
import { addAutoscaler, addDeployment, addMesh, addScaledObject } from "./cluster-objects.fixture.ts";

const bench = new Bench();
const kpi = { service: "kpi", colour: "blue" } as const;
const balance = { service: "balance", colour: "blue" } as const;

beforeEach(async () => {
  const { store } = bench.cluster;
  for (const [{ service, colour }, replicas] of [
    [blue, 2],
    [green, 1],
    [kpi, 1],
    [balance, 1],
  ] as const)
    addDeployment(store, service, colour, replicas);
  addMesh(store, "ingest");
  const pool = { connectionPool: { tcp: { maxConnections: 1_024 } } };
  const outlierDetection = {
    ...{ consecutive5xxErrors: 5, consecutiveGatewayErrors: 3, interval: "5s" },
    ...{ baseEjectionTime: "30s", maxEjectionPercent: 50 },
  };
  for (const name of ["ingest-blue", "ingest-green"])
    store.patch(
      "destinationrules",
      "tapline",
      name,
      { spec: { trafficPolicy: { ...pool, outlierDetection } } },
      "kubectl",
    );
  addAutoscaler(store, "kpi-blue", 1, 6);
  addScaledObject(store, "balance-blue", 1, 4);
  await bench.settle(blue, 2);
  await bench.settle(green, 1);
});

/** What is set, and not what an autoscaler makes of it in its own time. */
const setOf = ({ workloads, shares, mesh }: Landscape) => ({
  mesh: Object.entries(mesh ?? {}).map(([service, { revision: _, routesRevision: __, ...set }]) => [
    service,
    set,
  ]),
  workloads: workloads.map(({ service, colour, wanted, bounds }) => [service, colour, bounds ?? wanted]),
  shares: Object.entries(shares).map(([service, { greenPercent }]) => [service, greenPercent]),
});

test.each<[string, ActuatorAct]>([
  ["a number of replicas", { kind: "scale", workload: blue, replicas: 4 }],
  ["the lower bound of an autoscaler", { kind: "scale", workload: kpi, replicas: 3 }],
  ["both bounds of an autoscaler", { kind: "bound", workload: kpi, min: 2, max: 9 }],
  ["both bounds of KEDA's", { kind: "bound", workload: balance, min: 3, max: 8 }],
  ["a number of connections", { kind: "connections", service: "ingest", maxConnections: 64 }],
  [
    "when failing replicas are left out",
    {
      ...{ kind: "outlier-detection", service: "ingest", consecutiveErrors: 9, consecutiveGatewayErrors: 9 },
      ...{ intervalMs: 1_500, baseEjectionMs: 60_000, maxEjectionPercent: 20 },
    },
  ],
  ["how often is asked again", { kind: "retries", service: "ingest", attempts: 1 }],
  ["a share of what comes anew", { kind: "share", service: "ingest", greenPercent: 40 }],
])("%s that was set is what it was before once that is undone", async (_what, act) => {
  const { hands } = bench;
  const seen = await hands.look();
  const before = actStateOf(act, seen);
  await hands.act(act, terms);
  const after = actStateOf(act, await hands.look());
  expect(changesSince(before, after)).not.toBeNull();
  expect(canBeUndone(act)).toBe(true);
  const undo = undoOf({ act, before });
  if (undo === null || isHouseAct(undo)) return expect.unreachable("the hands undo it");
  await hands.act(undo, terms);
  expect(setOf(await hands.look())).toEqual(setOf(seen));
});
