import { type ActuatorAct, refusalOf } from "@tapline/core/noops";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Bench, blue, green, readyOf, terms, workload } from "./actuator-bench.fixture.ts";
import { addAutoscaler, addDeployment, addScaledObject } from "./cluster-objects.fixture.ts";

const bench = new Bench();

describe("numbers of replicas", () => {
  test("are set on the Deployment where nobody else sets them", async () => {
    addDeployment(bench.cluster.store, "ingest", "blue", 1);
    await bench.hands.act({ kind: "scale", workload: blue, replicas: 3 }, terms);
    const found = await bench.settle(blue, 3);
    expect(found).toMatchObject({ wanted: 3, bounds: null, release: null });
    expect(bench.object("deployments", "ingest-blue").metadata.managedFields).toContainEqual(
      expect.objectContaining({ manager: "tapline-noops" }),
    );
    expect(bench.object("deployments", "ingest-blue").metadata.annotations["tapline.dev/noops-reason"]).toBe(
      terms.reason,
    );
  });

  test("are an autoscaler's where there is one: its lower bound is raised, and it scales", async () => {
    addDeployment(bench.cluster.store, "ingest", "blue", 1);
    addAutoscaler(bench.cluster.store, "ingest-blue", 1, 6);
    await bench.hands.act({ kind: "scale", workload: blue, replicas: 4 }, terms);
    expect(bench.object("horizontalpodautoscalers", "ingest-blue").spec).toMatchObject({
      minReplicas: 4,
      maxReplicas: 6,
    });
    expect(await bench.settle(blue, 4)).toMatchObject({ wanted: 4, bounds: { min: 4, max: 6 } });
    const writers = bench.object("deployments", "ingest-blue").metadata.managedFields;
    expect(writers.map(({ manager }) => manager)).toContain("autoscaler");
    expect(await bench.refusal({ kind: "scale", workload: blue, replicas: 7 })).toBe("refused");
  });

  test("are bounded on KEDA's object, never on the autoscaler that KEDA writes", async () => {
    addDeployment(bench.cluster.store, "ingest", "blue", 2);
    addScaledObject(bench.cluster.store, "ingest-blue", 1, 4);
    await bench.hands.act({ kind: "bound", workload: blue, min: 2, max: 8 }, terms);
    expect(bench.object("scaledobjects", "ingest-blue").spec).toMatchObject({
      minReplicaCount: 2,
      maxReplicaCount: 8,
    });
    expect(await bench.refusal({ kind: "bound", workload: blue, min: 3, max: 2 })).toBe("refused");
  });

  test("have no bounds where there is no autoscaler", async () => {
    addDeployment(bench.cluster.store, "ingest", "blue", 1);
    expect(await bench.refusal({ kind: "bound", workload: blue, min: 1, max: 2 })).toBe("unsupported");
    expect(await bench.refusal({ kind: "scale", workload: green, replicas: 2 })).toBe("unknown");
  });
});

describe("replicas", () => {
  test("restart one after another, so that as many as there should be are ready all the time", async () => {
    addDeployment(bench.cluster.store, "ingest", "blue", 2);
    const before = await bench.settle(blue, 2);
    const seen: number[] = [];
    const stop = bench.hands.watch(
      (landscape) => seen.push(readyOf(workload(landscape, blue))),
      (error) => expect(error).toBeUndefined(),
    );
    await bench.hands.act({ kind: "restart", workload: blue }, terms);
    const names = before.replicas.map(({ name }) => name);
    await vi.waitFor(
      async () => {
        const now = workload(await bench.hands.look(), blue);
        expect(readyOf(now)).toBe(2);
        expect(now.replicas.some(({ name }) => names.includes(name))).toBe(false);
      },
      { timeout: 20_000 },
    );
    stop();
    expect(Math.min(...seen.slice(1))).toBe(2);
  });

  test("are replaced one at a time by eviction, within the budget of disruptions", async () => {
    addDeployment(bench.cluster.store, "ingest", "blue", 2);
    const [first] = (await bench.settle(blue, 2)).replicas;
    const act: ActuatorAct = { kind: "replace", workload: blue, replica: first?.name ?? "" };
    bench.cluster.evictionsAllowed = 0;
    const asked = bench.cluster.asked.length;
    expect(await bench.refusal(act)).toBe("refused");
    expect(
      bench.cluster.asked.slice(asked).filter(({ subresource }) => subresource === "eviction"),
    ).toHaveLength(1);
    bench.cluster.evictionsAllowed = 1;
    await bench.hands.act(act, terms);
    expect((await bench.settle(blue, 2)).replicas.map(({ name }) => name)).not.toContain(first?.name);
    expect(await bench.refusal(act)).toBe("unknown");
  });

  test("of which one is ready are not replaced", async () => {
    addDeployment(bench.cluster.store, "ingest", "blue", 1);
    const [only] = (await bench.settle(blue, 1)).replicas;
    expect(await bench.refusal({ kind: "replace", workload: blue, replica: only?.name ?? "" })).toBe(
      "refused",
    );
  });
});

describe("several who act", () => {
  beforeEach(() => {
    addDeployment(bench.cluster.store, "ingest", "blue", 1);
    addDeployment(bench.cluster.store, "kpi", "blue", 1);
  });
  const scale = (replicas: number): ActuatorAct => ({ kind: "scale", workload: blue, replicas });

  test("are told that what they looked at is old", async () => {
    const { revision } = workload(await bench.hands.look(), blue);
    const after = await bench.hands.act(scale(2), { ...terms, revision });
    expect(await bench.refusal(scale(3), { revision })).toBe("conflict");
    await bench.hands.act(scale(3), { ...terms, revision: after.revision });
    await bench.settle(blue, 3);
  });

  test("do not overwrite each other: who wrote in between is read first", async () => {
    bench.cluster.meanwhile = ({ verb }) => {
      if (verb !== "patch") return;
      bench.cluster.meanwhile = undefined;
      const change = { metadata: { labels: { touched: "by somebody" } } };
      bench.cluster.store.patch("deployments", "tapline", "ingest-blue", change, "kubectl");
    };
    await bench.hands.act(scale(2), { ...terms, fence: null });
    expect(bench.cluster.asked.filter(({ verb }) => verb === "patch")).toHaveLength(2);
    expect(bench.object("deployments", "ingest-blue").metadata.labels.touched).toBe("by somebody");
    expect(bench.object("deployments", "ingest-blue").spec.replicas).toBe(2);
  });

  test("of which one has a newer lease: the others act nowhere any more", async () => {
    const stale = bench.actuator();
    await stale.act(scale(2), { ...terms, fence: 4 });
    await bench.hands.act(scale(3), { ...terms, fence: 5 });
    const other: ActuatorAct = { kind: "restart", workload: { service: "kpi", colour: "blue" } };
    for (const act of [scale(4), other])
      await expect(stale.act(act, { ...terms, fence: 4 })).rejects.toSatisfy(
        (e) => refusalOf(e) === "fenced",
      );
    expect(await bench.refusal(scale(4), { fence: 4 })).toBe("fenced");
    // A process that has just begun knows no more than what stands on the objects.
    await expect(bench.actuator().act(scale(4), { ...terms, fence: 4 })).rejects.toSatisfy(
      (e) => refusalOf(e) === "fenced",
    );
    expect(bench.object("deployments", "ingest-blue").spec.replicas).toBe(3);
  });

  test("do not hold what the cluster's own controller rolls: who asks is told how", async () => {
    const asked = bench.hands.halt();
    await expect(asked).rejects.toSatisfy((error) => refusalOf(error) === "unsupported");
    await expect(asked).rejects.toMatchObject({ remedy: expect.stringContaining("kubectl rollout pause") });
  });

  test("are persons, too, who hold no lease", async () => {
    await bench.hands.act(scale(2), { ...terms, fence: 9 });
    await bench.hands.act(scale(1), { ...terms, fence: null });
    expect(bench.object("deployments", "ingest-blue").metadata.annotations["tapline.dev/noops-fence"]).toBe(
      "9",
    );
  });
});
