import type { PrismaClient } from "@tapline/adapters/prisma";
import type { CumulativeTelemetry, ServedRequests } from "@tapline/core/telemetry";
import { type Health, serveHealth } from "@tapline/telemetry/health";
import { ProcessMetrics, StoreProbe, storeMetrics } from "@tapline/telemetry/metrics";
import type { Redis } from "ioredis";
import manifest from "../package.json" with { type: "json" };

export interface MeasuredParts {
  served: ServedRequests;
  counted: CumulativeTelemetry;
  redis: Redis;
  prisma: PrismaClient;
}

/** Serves probes and metrics of the console on loopback, until it is closed. */
export async function serveConsoleHealth(
  port: number,
  { served, counted, redis, prisma }: MeasuredParts,
): Promise<{ health: Health; metrics: ProcessMetrics }> {
  const metrics = new ProcessMetrics({ info: { app: "web", version: manifest.version }, served, counted });
  storeMetrics(metrics.registry, [
    new StoreProbe("redis", () => redis.ping()),
    new StoreProbe("postgresql", () => prisma.$queryRaw`SELECT 1`),
  ]);
  const health = await serveHealth(port, { isReady: () => true, metrics: () => metrics.text() });
  return { health, metrics };
}
