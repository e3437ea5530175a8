import type { PrismaClient } from "@tapline/adapters/prisma";
import type { CumulativeTelemetry, ServedRequests } from "@tapline/core/telemetry";
import { type Health, type HealthPlace, serveHealth } from "@tapline/telemetry/health";
import { ProcessMetrics, StoreProbe, storeMetrics } from "@tapline/telemetry/metrics";
import type { Redis } from "ioredis";
import manifest from "../package.json" with { type: "json" };

export interface MeasuredParts {
  served: ServedRequests;
  counted: CumulativeTelemetry;
  redis: Redis;
  prisma: PrismaClient;
}

/**
 * Serves probes and metrics of the console, until it is closed. It is ready once both stores have answered it, so that no release
 * that cannot reach them takes the place of one that can; a store that goes away later takes no console out, for all would go
 * at once, and people would see nothing in the place of what is wrong. Once it is to `leave`, it is not ready any more.
 */
export async function serveConsoleHealth(
  place: HealthPlace,
  { served, counted, redis, prisma }: MeasuredParts,
): Promise<{ health: Health; metrics: ProcessMetrics; leave: () => void }> {
  const metrics = new ProcessMetrics({ info: { app: "web", version: manifest.version }, served, counted });
  const stores = [
    new StoreProbe("redis", () => redis.ping()),
    new StoreProbe("postgresql", () => prisma.$queryRaw`SELECT 1`),
  ];
  storeMetrics(metrics.registry, stores);
  let [haveAnswered, isLeaving] = [false, false];
  const notReady = async (): Promise<string | null> => {
    haveAnswered ||= (await Promise.all(stores.map((store) => store.look()))).every(({ up }) => up);
    if (isLeaving) return "it ends";
    return haveAnswered ? null : "Redis and PostgreSQL have not both answered yet";
  };
  const health = await serveHealth(place, { notReady, metrics: () => metrics.text() });
  const leave = () => {
    isLeaving = true;
  };
  return { health, metrics, leave };
}
