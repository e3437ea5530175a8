import { join } from "node:path";
import { alertKeys, balanceKeys, connectRedis, kpiKeys, telemetryKeys } from "@tapline/adapters/redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { render } from "../../../tools/mesh/index.ts";
import { asRedisUser, refusedToUsers } from "../../../tools/redis/index.ts";
import { archivedTaps, connectAs, deliver, submit } from "./agent.fixture.ts";
import { roleNames } from "./config.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import { admitUsers } from "./redis-users.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

let path: TestPath;
const running: Running[] = [];

beforeAll(async () => {
  path = await setUpPath();
});
afterAll(async () => {
  await Promise.all(running.map((worker) => worker.stop(2_000)));
  await path.end();
});

type Container = {
  env: { name: string }[];
  envFrom: { configMapRef: { name: string } }[];
};
const manifests = render(join(import.meta.dirname, "../../../istio/services"));
const manifest = (kind: string, name: string) =>
  manifests.find((object) => object.kind === kind && object.metadata.name === name) as unknown as {
    data: Record<string, string>;
    spec: { template: { spec: { containers: [Container] } } };
  };

/** Names of all that the manifests set of a service. */
function namesOf(service: string): ReadonlySet<string> {
  const [{ env, envFrom }] = manifest("Deployment", `${service}-blue`).spec.template.spec.containers;
  const maps = envFrom.flatMap(({ configMapRef: { name } }) => Object.keys(manifest("ConfigMap", name).data));
  return new Set([...env.map(({ name }) => name), ...maps, "LOG_LEVEL"]);
}

// Overlays add the pin of the archive's server to where it is.
const withPin = (names: ReadonlySet<string>) =>
  names.has("TAPLINE_ARCHIVE_URL") ? new Set([...names, "TAPLINE_ARCHIVE_HOST_KEY"]) : names;

test("a tap is archived by processes each of which has the keys alone that the cluster's manifests give it, and in the stores its own rights", {
  timeout: 120_000,
}, async () => {
  const redis = connectRedis(path.redis.url, () => undefined);
  const password = "of-the-users-in-redis";
  await admitUsers(redis, password);
  let port = 0;
  for (const role of roleNames) {
    const given = withPin(namesOf(role));
    const without = Object.keys(path.environment).flatMap((name) =>
      given.has(name) ? [] : [[name, undefined] as const],
    );
    const worker = await path.start({
      ...Object.fromEntries(without),
      REDIS_URL: asRedisUser(path.redis.url, role, password),
      ROLE: role,
    });
    running.push(worker);
    port = worker.ingestPort ?? port;
  }
  const [tracker] = path.trackers;
  const client = connectAs(path, "gate-1", port);
  const raw = rawTap(tracker!, 1);
  const { verdicts } = await deliver(client, 2, [submit(1, raw), submit(2, Buffer.from("no tap"))]);
  expect(verdicts.get(1)).toMatchObject({ verdict: "archived" });
  expect(verdicts.get(2)).toMatchObject({ verdict: "rejected" });
  expect(await archivedTaps(path)).toHaveLength(1);
  await client.close();
  const told = [kpiKeys.live, telemetryKeys.services, balanceKeys.wishes, alertKeys.cursor];
  await until(
    "all services to have told of themselves",
    async () => (await redis.exists(told)) === told.length,
    60_000,
  );
  for (const { metrics } of running)
    expect(await metrics.registry.metrics()).toContain("tapline_queue_jobs{");
  expect(await refusedToUsers(redis)).toEqual([]);
  redis.disconnect();
});
