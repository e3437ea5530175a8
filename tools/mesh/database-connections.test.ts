import { join } from "node:path";
import { databaseConnections, meshServices } from "@tapline/core/telemetry";
import { expect, test } from "vitest";
import { type Manifest, valueAt } from "./manifest.ts";
import { render } from "./render.ts";
import { withComponent } from "./with-component.fixture.ts";

const production = render(join(import.meta.dirname, "../../istio/overlays/production"));

/** Of one colour; the other one may have as many while a release goes from one to the other. */
function mostReplicas(objects: readonly Manifest[], service: string): number {
  const find = (kind: string) =>
    objects.find((one) => one.kind === kind && one.metadata.name === `${service}-blue`);
  const scaled = valueAt(find("ScaledObject"), "spec", "maxReplicaCount");
  return Number(scaled ?? valueAt(find("Deployment"), "spec", "replicas"));
}

test.each([
  ["production", production],
  ["several partitions", withComponent(["overlays/production"], "components/partitions")],
])(
  "in %s PostgreSQL takes the connections of as many processes as may run, and some of people's",
  (_, objects) => {
    const wanted = meshServices.map(
      (service) => 2 * mostReplicas(objects, service) * databaseConnections([service]),
    );
    expect(wanted.filter((one) => !(one > 0))).toEqual([]);
    const all = wanted.reduce((sum, one) => sum + one, 0);
    const cluster = objects.find(({ kind, metadata }) => kind === "Cluster" && metadata.name === "tapline");
    const taken = Number(valueAt(cluster, "spec", "postgresql", "parameters", "max_connections"));
    expect(taken).toBeGreaterThanOrEqual(all + 20);
    expect(taken).toBeLessThan(2 * all);
  },
);
