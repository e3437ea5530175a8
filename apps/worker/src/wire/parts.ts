import { hostname } from "node:os";
import { SegmentQueues } from "@tapline/adapters/bullmq";
import { ArchiveIndex, connectPrisma } from "@tapline/adapters/prisma";
import {
  connectRedis,
  DoorNews,
  queuePrefix,
  SegmentBuffer,
  TapLedger,
  TelemetryStream,
} from "@tapline/adapters/redis";
import { TelemetryRecorder } from "@tapline/core/telemetry";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import { SegmentLoader } from "../jobs/segment-loader.ts";

/** What every role of this process shares. */
export function connectParts(config: Config, log: Logger) {
  const onRedisError = (error: Error): void => log.warn({ err: error }, "Redis does not answer");
  const connect = () => connectRedis(config.REDIS_URL, onRedisError);
  const redis = connect();
  const prisma = connectPrisma(config.DATABASE_URL);
  const clock = (): number => Date.now();
  const buffer = new SegmentBuffer(redis);
  const instance = config.TAPLINE_INSTANCE ?? `${hostname()}-${process.pid}`;
  return {
    config,
    log,
    clock,
    connect,
    redis,
    prisma,
    buffer,
    ledger: new TapLedger(redis),
    index: new ArchiveIndex(prisma),
    loader: new SegmentLoader(buffer, { unsigned: config.TAPLINE_UNSIGNED_TAPS }),
    queues: new SegmentQueues(redis, queuePrefix),
    instance,
    telemetry: new TelemetryRecorder(instance),
    telemetryStream: new TelemetryStream(redis),
    doorNews: new DoorNews(redis),
  };
}

export type Parts = ReturnType<typeof connectParts>;
