import { beforeEach, expect, test, vi } from "vitest";
import { Bench, blue, terms } from "./actuator-bench.fixture.ts";
import { addDeployment, addMesh, addScaledObject, labelsOf } from "./cluster-objects.fixture.ts";

const bench = new Bench();
const share = (service: string) => ({ kind: "share", service, greenPercent: 50 }) as const;

beforeEach(async () => {
  const { store } = bench.cluster;
  for (const colour of ["blue", "green"]) addDeployment(store, "ingest", colour, 1);
  for (const service of ["ingest", "web"]) addMesh(store, service);
  // As `istio/rollout` leaves the console: what it is made of has no colour.
  store.create("deployments", "tapline", {
    metadata: { name: "web-blue", labels: labelsOf("web") },
    spec: {
      ...{ replicas: 0, selector: { matchLabels: labelsOf("web") } },
      template: {
        metadata: { labels: labelsOf("web") },
        spec: { containers: [{ name: "web", image: "tapline:1.0.0" }] },
      },
    },
  });
  await bench.settle(blue, 1);
});

test("a service whose Deployments have lost their colour is led by somebody else, and its share is left alone", async () => {
  const { fixed } = await bench.hands.look();
  expect(fixed).toEqual({ web: expect.stringContaining("no Deployment of web has a colour") });
  expect(await bench.refusal(share("web"))).toBe("unsupported");
  await expect(bench.hands.act(share("web"), terms)).rejects.toThrow("as Argo Rollouts does");
  expect(bench.object("virtualservices", "web").metadata.generation).toBe(1);
  await bench.hands.act(share("ingest"), terms);
});

test("a service of which an autoscaler scales a Rollout is led by Argo Rollouts, colours or not, from then on", async () => {
  addScaledObject(bench.cluster.store, "ingest-green", 1, 3);
  expect((await bench.hands.look()).fixed).not.toHaveProperty("ingest");
  const told = vi.fn();
  const stop = bench.hands.watch(told, (error) => expect(error).toBeUndefined());
  bench.cluster.store.create("scaledobjects", "tapline", {
    metadata: { name: "ingest", labels: labelsOf("ingest") },
    spec: {
      scaleTargetRef: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "ingest" },
      ...{ minReplicaCount: 1, maxReplicaCount: 3, triggers: [] },
    },
  });
  const why = "Argo Rollouts leads its releases, by the Rollout ingest";
  await vi.waitFor(() => expect(told.mock.lastCall?.[0].fixed).toMatchObject({ ingest: why }), 20_000);
  stop();
  expect((await bench.hands.look()).fixed).toMatchObject({ ingest: why });
  expect(await bench.refusal(share("ingest"))).toBe("unsupported");
});
