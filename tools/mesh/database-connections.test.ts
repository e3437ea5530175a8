import { join } from "node:path";
import { databaseConnections, meshServices } from "@tapline/core/telemetry";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type Manifest, valueAt } from "./manifest.ts";
import { render } from "./render.ts";
import { withComponent } from "./with-component.fixture.ts";

const production = render(join(import.meta.dirname, "../../istio/overlays/production"));

/** Of one colour; the other one may have as many while a release goes from one to the other. */
function mostReplicas(objects: readonly Manifest[], service: string): number {
  const find = (kind: string) =>
    objects.find((one) => one.kind === kind && one.metadata.name === `${service}-blue`);
  const scaled = valueAt(find("ScaledObject"), "spec", "maxReplicaCount");
  return Number(scaled ?? valueAt(find("Deployment"), "spec", "replicas") ?? 1);
}

const overlay = (name: string) => render(join(import.meta.dirname, "../../istio/overlays", name));
const memory = z.looseObject({ memory: z.string().regex(/^\d+Gi$/) });
const bounds = z.looseObject({
  postgresql: z.looseObject({ parameters: z.looseObject({ max_connections: z.string() }) }),
  resources: z.looseObject({ requests: memory, limits: memory }),
});

/** What PostgreSQL keeps for a connection, as docs/scale.md assumes it, and for all of them at its default, MiB. */
const [eachMiB, sharedMiB] = [10, 128];

describe.each([
  ["production", production],
  ["production with several partitions", withComponent(["overlays/production"], "components/partitions")],
  ["dev", overlay("dev")],
  ["kind", overlay("kind")],
])("PostgreSQL in %s", (name, objects) => {
  const wanted = meshServices.map(
    (service) => 2 * mostReplicas(objects, service) * databaseConnections([service]),
  );
  const all = wanted.reduce((sum, one) => sum + one, 0);
  const cluster = objects.find(({ kind, metadata }) => kind === "Cluster" && metadata.name === "tapline");
  const { postgresql, resources } = bounds.parse(cluster?.spec);
  const taken = Number(postgresql.parameters.max_connections);

  test("takes the connections of as many processes as may run, and some of people's", () => {
    expect(wanted.filter((one) => !(one > 0))).toEqual([]);
    expect(taken).toBeGreaterThanOrEqual(all + 20);
    if (name.startsWith("production")) expect(taken).toBeLessThan(2 * all);
  });

  test("has memory for them", () => {
    const { requests, limits } = resources;
    expect(requests.memory).toBe(limits.memory);
    expect(Number.parseInt(limits.memory, 10) * 1_024).toBeGreaterThanOrEqual(
      (all + 20) * eachMiB + sharedMiB,
    );
  });
});
