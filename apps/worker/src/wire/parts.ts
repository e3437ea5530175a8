import { randomBytes } from "node:crypto";
import { SegmentQueues } from "@tapline/adapters/bullmq";
import { ArchiveIndex, connectPrisma } from "@tapline/adapters/prisma";
import {
  type BufferOptions,
  connectRedis,
  DoorNews,
  queuePrefix,
  ReadDeltas,
  RefusedQuota,
  SegmentBuffer,
  SegmentShares,
  StageEvidence,
  TapLedger,
  TelemetryStream,
} from "@tapline/adapters/redis";
import { FrameSeal } from "@tapline/core/encryption/process-key";
import {
  CumulativeTelemetry,
  databaseConnections,
  ServedRequests,
  TelemetryRecorder,
} from "@tapline/core/telemetry";
import { tracesOn } from "@tapline/telemetry/otlp";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import { openFaultPoints } from "../fault-points/index.ts";
import { instanceOf } from "../instance-of.ts";
import { ReadBackNotes } from "../jobs/read-back-notes.ts";
import { SegmentLoader } from "../jobs/segment-loader.ts";
import { readProcessKeys } from "../process-keys.ts";

/** The buffer's ceiling, bytes. */
export const bufferMaxBytes = (config: Config): number => config.TAPLINE_BUFFER_MAX_MIB * 1024 * 1024;

async function bufferOptions(config: Config): Promise<BufferOptions> {
  const keys = await readProcessKeys(config);
  return {
    ...{ partitions: config.TAPLINE_PARTITIONS, maxBytes: bufferMaxBytes(config) },
    seal: keys === null ? null : new FrameSeal(keys, randomBytes),
    sealsFrames: config.TAPLINE_BUFFER_SEAL === "process-key",
  };
}

/** Makes connections to Redis, of which the log tells together when it is away and when it is back. */
function redisConnector(url: string, log: Logger): () => Redis {
  let isAway = false;
  const onError = (err: Error): void => {
    isAway = true;
    log.warn({ err }, "Redis does not answer");
  };
  return () => {
    const redis = connectRedis(url, onError);
    redis.on("ready", () => {
      if (isAway) log.info("Redis answers again");
      isAway = false;
    });
    return redis;
  };
}

/** What every role of this process shares. */
export async function connectParts(config: Config, log: Logger) {
  const connect = redisConnector(config.REDIS_URL, log);
  const redis = connect();
  const connections = config.TAPLINE_DATABASE_CONNECTIONS ?? databaseConnections(config.roles);
  const prisma = connectPrisma(config.DATABASE_URL, connections);
  const clock = (): number => Date.now();
  const instrument = openFaultPoints(config.TAPLINE_FAULT_POINTS);
  const buffer = instrument("buffer", new SegmentBuffer(redis, await bufferOptions(config)));
  const instance = instanceOf(config);
  const deltas = new ReadDeltas();
  const onUnreadable = (entry: string, err: unknown): void =>
    log.warn(
      { entry, err },
      "a report of telemetry cannot be read, and is passed over: what it counted is missing",
    );
  const telemetryOn = (connection: Redis) => new TelemetryStream(connection, onUnreadable, deltas);
  return {
    config,
    log,
    clock,
    connect,
    redis,
    prisma,
    buffer,
    ledger: instrument("ledger", new TapLedger(redis)),
    refusedQuota: instrument("credits", new RefusedQuota(redis, config.TAPLINE_AGENT_REFUSED_TAPS_PER_DAY)),
    index: instrument("index", new ArchiveIndex(prisma)),
    loader: new SegmentLoader(buffer),
    queues: instrument("queues", new SegmentQueues(redis, queuePrefix, tracesOn(config))),
    instance,
    /** Which of two releases this process belongs to, and what is shared between both. */
    colour: config.TAPLINE_COLOUR,
    shares: instrument("shares", new SegmentShares(redis)),
    evidence: new StageEvidence(redis),
    /** Fault points around what else a role needs. */
    instrument,
    readBackNotes: new ReadBackNotes(clock),
    telemetry: new TelemetryRecorder(instance),
    /** What this process has counted since its start, and what it was asked for. */
    counted: new CumulativeTelemetry(),
    served: new ServedRequests(),
    telemetryStream: instrument("telemetry", telemetryOn(redis)),
    telemetryOn,
    backlogOn: (connection: Redis): Pick<SegmentBuffer, "backlog"> => new SegmentBuffer(connection),
    doorNews: instrument("news", new DoorNews(redis)),
  };
}

export type Parts = Awaited<ReturnType<typeof connectParts>>;
