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

/** Serves probes and metrics of the console, until it is closed; once it is to `leave`, it is not ready any more. */
export async function serveConsoleHealth(
  place: HealthPlace,
  { served, counted, redis, prisma }: MeasuredParts,
): Promise<{ health: Health; metrics: ProcessMetrics; leave: () => void }> {
  const metrics = new ProcessMetrics({ info: { app: "web", version: manifest.version }, served, counted });
  storeMetrics(metrics.registry, [
    new StoreProbe("redis", () => redis.ping()),
    new StoreProbe("postgresql", () => prisma.$queryRaw`SELECT 1`),
  ]);
  let isLeaving = false;
  const health = await serveHealth(place, { isReady: () => !isLeaving, metrics: () => metrics.text() });
  const leave = () => {
    isLeaving = true;
  };
  return { health, metrics, leave };
}
