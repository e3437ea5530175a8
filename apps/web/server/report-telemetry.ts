import { hostname } from "node:os";
import type { PrismaClient } from "@tapline/adapters/prisma";
import { TelemetryStream } from "@tapline/adapters/redis";
import type { Colour } from "@tapline/core/kernel";
import { CumulativeTelemetry, type ServedRequests, TelemetryRecorder } from "@tapline/core/telemetry";
import { LoadSampler, StoreProbe } from "@tapline/telemetry/metrics";
import { startTelemetry } from "@tapline/telemetry/reporting";
import type { Redis } from "ioredis";
import type { Logger } from "pino";

export interface ConsoleTelemetry {
  /** Takes what this process sees. */
  recorder: TelemetryRecorder;
  /** What it has seen since its start. */
  counted: CumulativeTelemetry;
  /** Reports what is left, and no more. */
  stop: () => Promise<void>;
}

export interface ReportedParts {
  /** The side of a change of releases that this process stands on. */
  colour: Colour;
  served: ServedRequests;
  redis: Redis;
  prisma: PrismaClient;
  logger: Logger;
}

/** Reports what this process sees, as every process of the installation does, and how it is. */
export function reportTelemetry({ colour, served, redis, prisma, logger }: ReportedParts): ConsoleTelemetry {
  const recorder = new TelemetryRecorder(`console-${hostname()}-${process.pid}`);
  const counted = new CumulativeTelemetry();
  const load = new LoadSampler({
    served,
    redis: new StoreProbe("redis", () => redis.ping()),
    postgresql: new StoreProbe("postgresql", () => prisma.$queryRaw`SELECT 1`),
    queued: async () => null,
  });
  const reporting = startTelemetry({
    ...{ telemetry: recorder, counted, telemetryStream: new TelemetryStream(redis) },
    sign: () => ({ roles: ["web"], colour, awayArchives: [] }),
    load: () => load.sample(),
    clock: Date.now,
    log: logger,
  });
  return {
    recorder,
    counted,
    stop: async () => {
      await reporting.stop();
      load.stop();
    },
  };
}
