import type { ActuatorAct } from "@tapline/core/noops";
import { beforeEach, describe, expect, test } from "vitest";
import { Bench, blue, green, release, terms } from "./actuator-bench.fixture.ts";
import { addAutoscaler, addDeployment, addMesh, addScaledObject } from "./cluster-objects.fixture.ts";

const bench = new Bench();

describe("releases", () => {
  beforeEach(async () => {
    addDeployment(bench.cluster.store, "ingest", "blue", 1);
    const env = [
      { name: "LOG_LEVEL", value: "info" },
      { name: "TAPLINE_PROCESS_KEY", valueFrom: { secretKeyRef: { name: "db", key: "path" } } },
    ];
    addDeployment(bench.cluster.store, "ingest", "green", 0, env);
    addMesh(bench.cluster.store, "ingest");
    await bench.settle(blue, 1);
  });
  const main = () => {
    const { template } = bench.object("deployments", "ingest-green").spec as {
      template: { spec: { containers: { image: string; env?: object[]; resources?: object }[] } };
    };
    return template.spec.containers;
  };

  test("are an image and settings, and leave all else of the Deployment as it is", async () => {
    await bench.hands.act({ kind: "place", workload: green, release, replicas: 1 }, terms);
    expect(await bench.settle(green, 1)).toMatchObject({ release: "ingest@2", wanted: 1 });
    expect(main()).toEqual([
      {
        ...{ name: "ingest", image: "registry.example:5000/tapline/worker:2.0.0" },
        resources: { requests: { cpu: "1" } },
        env: [
          { name: "TAPLINE_PROCESS_KEY", valueFrom: { secretKeyRef: { name: "db", key: "path" } } },
          { name: "LOG_LEVEL", value: "debug" },
        ],
      },
      { name: "log-shipper", image: "registry.example:5000/logs:7" },
    ]);
  });

  test("undo what the one before them had set", async () => {
    const config = { LOG_LEVEL: "trace", TAPLINE_ARCHIVE_READBACK: "1" };
    await bench.hands.act(
      { kind: "place", workload: green, release: { ...release, config }, replicas: 1 },
      terms,
    );
    const next = { ...release, id: "ingest@3", version: "3.0.0", config: {} };
    await bench.hands.act({ kind: "place", workload: green, release: next, replicas: 1 }, terms);
    expect(main()[0]?.env).toEqual([
      { name: "TAPLINE_PROCESS_KEY", valueFrom: { secretKeyRef: { name: "db", key: "path" } } },
      { name: "LOG_LEVEL", value: "info" },
    ]);
  });

  test("cannot put a value in a secret's place", async () => {
    const stolen = { ...release, config: { TAPLINE_PROCESS_KEY: "/elsewhere" } };
    expect(await bench.refusal({ kind: "place", workload: green, release: stolen, replicas: 1 })).toBe(
      "refused",
    );
  });

  test.for([
    { config: { NODE_OPTIONS: "--import data:text/javascript,steal()" } },
    { config: { TAPLINE_COLOUR: "blue" } },
    { version: "2.0.0+build" },
  ])("cannot change which code runs, nor be an image that there cannot be: %j", async (strange) => {
    const act: ActuatorAct = {
      kind: "place",
      workload: green,
      release: { ...release, ...strange },
      replicas: 1,
    };
    expect(await bench.refusal(act)).toBe("refused");
  });

  test("get a share once they are ready, and not before", async () => {
    const share = (greenPercent: number): ActuatorAct => ({ kind: "share", service: "ingest", greenPercent });
    expect(await bench.refusal(share(5))).toBe("refused");
    await bench.hands.act({ kind: "place", workload: green, release, replicas: 1 }, terms);
    await bench.settle(green, 1);
    const { revision } = await bench.hands.act(share(25), terms);
    const landscape = await bench.hands.look();
    expect(landscape.shares).toEqual({ ingest: { greenPercent: 25, revision } });
    const host = (colour: string) => ({
      host: `ingest-${colour}.tapline.svc.cluster.local`,
      port: { number: 7443 },
    });
    expect(bench.object("virtualservices", "ingest").spec.http).toEqual([
      { match: [{ uri: { prefix: "/elsewhere" } }], route: [{ destination: { host: "other" } }] },
      {
        ...{ timeout: "5s", retries: { attempts: 2 } },
        route: [
          { destination: host("blue"), weight: 75 },
          { destination: host("green"), weight: 25 },
        ],
      },
    ]);
    expect(
      await bench.refusal({ kind: "place", workload: green, release: { ...release, id: "x" }, replicas: 1 }),
    ).toBe("refused");
  });

  test("retire once they get nothing and somebody else is ready", async () => {
    await bench.hands.act({ kind: "place", workload: green, release, replicas: 1 }, terms);
    await bench.settle(green, 1);
    await bench.hands.act({ kind: "share", service: "ingest", greenPercent: 100 }, terms);
    expect(await bench.refusal({ kind: "retire", workload: green })).toBe("refused");
    await bench.hands.act({ kind: "share", service: "ingest", greenPercent: 0 }, terms);
    await bench.hands.act({ kind: "retire", workload: green }, terms);
    await bench.settle(green, 0);
    expect(await bench.refusal({ kind: "retire", workload: blue })).toBe("refused");
  });

  test("are held at none by KEDA's own pause, and come back by it", async () => {
    addScaledObject(bench.cluster.store, "ingest-green", 1, 3);
    await bench.settle(green, 1);
    await bench.hands.act({ kind: "retire", workload: green }, terms);
    expect(await bench.settle(green, 0)).toMatchObject({ wanted: 0, bounds: { min: 1, max: 3 } });
    await bench.hands.act({ kind: "place", workload: green, release, replicas: 2 }, terms);
    expect(await bench.settle(green, 2)).toMatchObject({ release: "ingest@2", bounds: { min: 2, max: 3 } });
  });

  test("come back under an autoscaler, which lets a Deployment be that is at none", async () => {
    addAutoscaler(bench.cluster.store, "ingest-green", 1, 3);
    await bench.hands.act({ kind: "place", workload: green, release, replicas: 2 }, terms);
    await bench.settle(green, 2);
  });
});
