import { WishBoard } from "@tapline/adapters/redis";
import {
  answered,
  metricPrefix,
  ProcessMetrics,
  readMetric,
  StoreProbe,
  storeMetrics,
} from "@tapline/telemetry/metrics";
import manifest from "../../package.json" with { type: "json" };
import type { RunningBalance } from "../roles/balance.ts";
import type { RunningCollector } from "../roles/collector.ts";
import type { RunningNoops } from "../roles/noops.ts";
import { aggregateMetrics } from "./aggregate-metrics.ts";
import { balanceMetrics } from "./balance-metrics.ts";
import type { Parts } from "./parts.ts";

export type Measured = {
  /** How many agents have a stream here; null where this process is no door. */
  readonly streams: (() => number) | null;
  /** null where this process does not collect. */
  readonly collector: Pick<RunningCollector, "report"> | null;
  /** null where this process does not balance. */
  readonly balance: Pick<RunningBalance, "forecast"> | null;
  /** null where this process is no NoOps. */
  readonly noops: Pick<RunningNoops, "leads" | "counts"> | null;
};

export async function workerMetrics(
  { config, counted, served, redis, prisma, queues }: Parts,
  { streams, collector, balance, noops }: Measured,
): Promise<ProcessMetrics> {
  const info = { app: "worker", version: manifest.version, roles: config.roles.join(",") };
  const metrics = new ProcessMetrics({ info, served, counted });
  const { registry } = metrics;
  storeMetrics(registry, [
    new StoreProbe("redis", () => redis.ping()),
    new StoreProbe("postgresql", () => prisma.$queryRaw`SELECT 1`),
  ]);
  readMetric(registry, {
    name: `${metricPrefix}queue_jobs`,
    help: "Jobs of a stage by state; every worker tells the same, absent where Redis does not answer",
    type: "gauge",
    read: async () =>
      ((await answered(queues.depths())) ?? []).map(({ queue, state, jobs }) => ({
        labels: { queue, state },
        value: jobs,
      })),
  });
  if (streams !== null)
    readMetric(registry, {
      name: `${metricPrefix}ingest_streams`,
      help: "Agents that have a stream at this process",
      type: "gauge",
      read: () => [{ labels: {}, value: streams() }],
    });
  balanceMetrics(registry, new WishBoard(redis), balance);
  if (noops !== null) (await import("./noops-metrics.ts")).noopsMetrics(registry, noops);
  if (collector !== null) aggregateMetrics(registry, collector.report);
  return metrics;
}
