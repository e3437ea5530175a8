import { join } from "node:path";
import { databaseConnections, meshServices } from "@tapline/core/telemetry";
import { expect, test } from "vitest";
import { type Manifest, valueAt } from "./manifest.ts";
import { render } from "./render.ts";

const objects = render(join(import.meta.dirname, "../../istio/overlays/production"));
const find = (kind: string, name: string): Manifest | undefined =>
  objects.find((one) => one.kind === kind && one.metadata.name === name);

/** Of one colour; the other one may have as many while a release goes from one to the other. */
function mostReplicas(service: string): number {
  const scaled = valueAt(find("ScaledObject", `${service}-blue`), "spec", "maxReplicaCount");
  return Number(scaled ?? valueAt(find("Deployment", `${service}-blue`), "spec", "replicas"));
}

test("PostgreSQL takes the connections of as many processes as may run, and some of people's", () => {
  const wanted = meshServices.map((service) => 2 * mostReplicas(service) * databaseConnections([service]));
  expect(wanted.filter((one) => !(one > 0))).toEqual([]);
  const all = wanted.reduce((sum, one) => sum + one, 0);
  const cluster = find("Cluster", "tapline");
  const taken = Number(valueAt(cluster, "spec", "postgresql", "parameters", "max_connections"));
  expect(taken).toBeGreaterThanOrEqual(all + 20);
  expect(taken).toBeLessThan(2 * all);
});
