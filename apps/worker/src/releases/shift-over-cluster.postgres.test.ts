import { SegmentQueues } from "@tapline/adapters/bullmq";
import { connectPrisma, type PrismaClient, ReleaseDesk } from "@tapline/adapters/prisma";
import { connectRedis, queuePrefix, SegmentShares, StageEvidence } from "@tapline/adapters/redis";
import type { Colour } from "@tapline/core/kernel";
import { defaultPlan, type ShiftPhase } from "@tapline/core/rollout";
import type { ServicesReport } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { serviceAccountConfig } from "../../../../packages/core/adapters/src/kubernetes/cluster-config.ts";
import { ClusterDouble } from "../../../../packages/core/adapters/src/kubernetes/cluster-double.fixture.ts";
import {
  addDeployment,
  addMesh,
} from "../../../../packages/core/adapters/src/kubernetes/cluster-objects.fixture.ts";
import { KubernetesActuator } from "../../../../packages/core/adapters/src/kubernetes/kubernetes-actuator.ts";
import { freshDatabase, ownRedis } from "../../../../tools/test-servers/index.ts";
import { startReleaseControl } from "../roles/release-control.ts";
import type { Role } from "../roles/role.ts";

const act = { actor: { kind: "operator", id: "ada" }, reason: "a new version", dryRun: false } as const;
const plan = { ...defaultPlan, steps: [50, 100], windowMs: 1_500, keepMs: 1_000, drainWithinMs: 1_000 };
const within = { timeout: 60_000, interval: 50 };

let cluster: ClusterDouble;
let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let queues: SegmentQueues;
let prisma: PrismaClient;
let desk: ReleaseDesk;
let control: Role;
/** Of what green is asked this much fails, 0-1. */
let greenFails: number;
let faults: string[];
/** What was written to the cluster and stood, in order. */
let written: string[];

/** What pods of both colours say of themselves, as the collector sums it up. */
function report(): ServicesReport {
  const atEpochMs = Date.now();
  const unknown = { cpuRatio: null, memoryBytes: null, loopDelayMs: null, redisMs: null, postgresqlMs: null };
  const of = (colour: Colour, errorRatio: number) => ({
    ...{
      instance: `ingest-${colour}`,
      roles: ["ingest"],
      colour,
      heardAtEpochMs: atEpochMs,
      isSilent: false,
    },
    ...{ requestsPerSecond: 50, errorRatio, p50Ms: 4, p99Ms: 9, queued: null, ...unknown },
  });
  return { atEpochMs, services: [of("blue", 0), of("green", greenFails)], mesh: null };
}

const found = (resource: string, name: string) => cluster.store.get(resource, "tapline", name);

function weights(): Record<Colour, number> {
  const all = routes().flatMap(({ route }) => route);
  const of = (colour: Colour): number =>
    all.find(({ destination }) => destination.host.includes(`-${colour}.`))?.weight ?? 0;
  return { blue: of("blue"), green: of("green") };
}

const replicas = (colour: Colour): number =>
  (found("deployments", `ingest-${colour}`).spec as { replicas: number }).replicas;
const ready = (colour: Colour): number =>
  cluster.store.list("pods", "tapline").filter(({ metadata, status }) => {
    const conditions = (status as { conditions?: { type: string; status: string }[] } | undefined)
      ?.conditions;
    const isReady = conditions?.some((one) => one.type === "Ready" && one.status === "True") === true;
    return isReady && metadata.name.startsWith(`ingest-${colour}`);
  }).length;

/** What stands in the cluster that a shift changes, where it is another thing than before. */
function noteWritten(): void {
  const { blue, green } = weights();
  const now = `blue ${replicas("blue")}, green ${replicas("green")}, to green ${green} %`;
  if (written.at(-1) !== now) written.push(now);
  // Whoever gets a share is there to take it, all the time.
  for (const [colour, weight] of [
    ["blue", blue],
    ["green", green],
  ] as const)
    if (weight > 0 && ready(colour) === 0) faults.push(`${weight} % went to ${colour}, which is not ready`);
}

type Routes = { timeout?: string; route: { destination: { host: string }; weight?: number }[] }[];
const routes = (): Routes => (found("virtualservices", "ingest").spec as { http: Routes }).http;

/** Something that whoever writes without having looked would write over. */
function changeOf(resource: string): Record<string, unknown> {
  if (resource !== "virtualservices") return { metadata: { labels: { touched: "by-somebody" } } };
  return { spec: { http: routes().map((one, at) => (at === 0 ? { ...one, timeout: "9s" } : one)) } };
}

/** Somebody else writes to what we are about to change, once; before that the server has no time, once. */
function disturb(resource: string, name: string): void {
  cluster.faults.push({
    matches: (asked) => asked.verb === "patch" && asked.resource === resource && asked.name === name,
    ...{ times: 1, answer: { code: 429, headers: { "retry-after": "1" } } },
  });
  let asked429 = false;
  const before = cluster.meanwhile;
  cluster.meanwhile = (asked) => {
    before?.(asked);
    if (asked.verb !== "patch" || asked.resource !== resource || asked.name !== name) return;
    if (!asked429) {
      asked429 = true;
      return;
    }
    cluster.meanwhile = before;
    cluster.store.patch(resource, "tapline", name, changeOf(resource), "kubectl");
  };
}

beforeEach(async () => {
  [cluster, server] = await Promise.all([ClusterDouble.start(), ownRedis()]);
  [greenFails, faults, written] = [0, [], []];
  addDeployment(cluster.store, "ingest", "blue", 2);
  addDeployment(cluster.store, "ingest", "green", 0);
  addMesh(cluster.store, "ingest");
  await expect.poll(() => ready("blue"), within).toBe(2);
  cluster.store.onEvent(noteWritten);
  redis = connectRedis(server.url, () => undefined);
  queues = new SegmentQueues(redis, queuePrefix);
  prisma = connectPrisma(await freshDatabase());
  desk = new ReleaseDesk(prisma, Date.now);
  const config = serviceAccountConfig(cluster.url, cluster.folder);
  // A look that takes too long on a busy machine is warned of, and done again.
  const error = (fault: { err?: unknown }): void => void faults.push(String(fault.err));
  control = startReleaseControl({
    ...{ desk, queues, fence: () => 1, isStopped: async () => false, clock: Date.now },
    actuator: new KubernetesActuator({ config, namespace: cluster.namespace }),
    ...{ shares: new SegmentShares(redis), evidence: new StageEvidence(redis) },
    reports: { latest: async () => report() },
    log: { info: () => undefined, warn: () => undefined, error } as never,
  });
});
afterEach(async () => {
  await control.stop(1_000);
  await queues.close(1_000);
  redis.disconnect();
  await Promise.all([server.stop(), prisma.$disconnect(), cluster.end()]);
});

const last = async () => (await desk.shifts({ service: "ingest", limit: 1 }))[0]!;
const isAt = (phase: ShiftPhase) => expect.poll(async () => (await last()).state.phase, within).toBe(phase);

async function begin(): Promise<void> {
  const { id } = await desk.make({ service: "ingest", version: "2.0.0", config: {}, rules: null }, act);
  await desk.shift(id, act, plan);
}

test("a sound release is ready, then routed to, looked at, and only then the old one drained and made small; a server without time and others' writes in between change nothing", async () => {
  disturb("virtualservices", "ingest");
  disturb("deployments", "ingest-green");
  await begin();
  await isAt("promoted");
  expect(written).toEqual([
    "blue 2, green 0, to green 0 %",
    "blue 2, green 1, to green 0 %",
    "blue 2, green 1, to green 50 %",
    "blue 2, green 2, to green 50 %",
    "blue 2, green 2, to green 100 %",
    "blue 0, green 2, to green 100 %",
  ]);
  expect(faults).toEqual([]);
  expect(routes()[0]?.timeout).toBe("9s");
  expect(found("deployments", "ingest-green").metadata.labels.touched).toBe("by-somebody");
  expect(cluster.faults.map(({ times }) => times)).toEqual([0, 0]);
});

test("a release that fails gets nothing any more by itself, and only then goes; a server without time and others' writes in between change nothing", async () => {
  await begin();
  await isAt("routing");
  await expect.poll(() => weights().green, within).toBe(50);
  disturb("virtualservices", "ingest");
  disturb("deployments", "ingest-green");
  greenFails = 0.3;
  await isAt("rolled-back");
  expect((await last()).state).toMatchObject({ step: 0, why: expect.stringContaining("attempts that fail") });
  expect(written).toEqual([
    "blue 2, green 0, to green 0 %",
    "blue 2, green 1, to green 0 %",
    "blue 2, green 1, to green 50 %",
    "blue 2, green 1, to green 0 %",
    "blue 2, green 0, to green 0 %",
  ]);
  expect(faults).toEqual([]);
  expect(cluster.faults.map(({ times }) => times)).toEqual([0, 0]);
  expect(routes()[0]?.timeout).toBe("9s");
  expect(await prisma.auditEntry.count({ where: { action: "release.rolled-back" } })).toBe(1);
});
