import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { SegmentQueues } from "@tapline/adapters/bullmq";
import {
  AgentDirectory,
  AgentRegistry,
  ArchiveIndex,
  connectPrisma,
  FleetStore,
  GapLedger,
  GapStatements,
  KpiHistory,
  TrackerRegistry,
} from "@tapline/adapters/prisma";
import {
  AgentNews,
  CreditBook,
  connectRedis,
  DoorNews,
  KpiStreams,
  queuePrefix,
  SegmentBuffer,
  TapLedger,
  TelemetryStream,
} from "@tapline/adapters/redis";
import { SftpArchive } from "@tapline/adapters/sftp";
import type { KpiLive } from "@tapline/core/kpi";
import { TelemetryRecorder } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { startAgentStanding } from "./ingress/agent-standing.ts";
import { EnrolmentDesk } from "./ingress/enrolment/enrolment-desk.ts";
import { startFleetMemory } from "./ingress/fleet-memory.ts";
import { encryptSegment } from "./jobs/encrypt-segment.ts";
import { SegmentLoader } from "./jobs/segment-loader.ts";
import { transferSegment } from "./jobs/transfer-segment.ts";
import { validateSegment } from "./jobs/validate-segment.ts";
import { need, readAgentsAuthority, readProcessKey, readRecipients, readSetting, readSigner } from "./pki.ts";
import { startAudit } from "./roles/audit.ts";
import { startBuffer } from "./roles/buffer.ts";
import { type RunningIngest, startIngest } from "./roles/ingest.ts";
import { startKpi } from "./roles/kpi.ts";
import type { Role } from "./roles/role.ts";
import { startStage } from "./roles/stage.ts";
import { startTelemetry } from "./roles/telemetry.ts";
import { warnWhereNotDurable } from "./warn-where-not-durable.ts";
import { reconciler } from "./wire-commands.ts";

export type Running = {
  readonly ingestPort: number | null;
  readonly streamPort: number | null;
  readonly stop: (graceMs: number) => Promise<void>;
};

type Hooks = { readonly onLive: (live: KpiLive) => void };

/** What every role of this process shares. */
function connectParts(config: Config, log: Logger) {
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

type Parts = ReturnType<typeof connectParts>;

/** The composition root: makes the parts, starts the roles that the settings name. */
export async function startWorker(config: Config, log: Logger, hooks: Hooks): Promise<Running> {
  const parts = connectParts(config, log);
  const has = (role: Config["roles"][number]): boolean => config.roles.includes(role);
  const archive = has("buffer") || has("transfer") || has("audit") ? await openArchive(config) : null;
  const roles: Role[] = [startTelemetry(parts)];
  if (has("validation")) startValidation(parts);
  if (has("encryption")) await startEncryption(parts);
  if (has("transfer") && archive !== null) await startTransfer(parts, archive);
  if (has("buffer") && archive !== null) roles.push(await openBuffer(parts, archive));
  if (has("audit") && archive !== null) roles.push(await openAudit(parts, archive));
  if (has("kpi")) roles.push(startKpiRole(parts, hooks));
  const ingest = has("ingest") ? await openIngest(parts) : null;
  if (ingest !== null) roles.push(ingest);
  await warnWhereNotDurable(parts.redis, log);
  if (archive !== null) warmUp(parts, archive);
  return {
    ingestPort: ingest?.port ?? null,
    streamPort: ingest?.streamPort ?? null,
    stop: async (graceMs) => {
      await Promise.allSettled(roles.toReversed().map((role) => role.stop(graceMs)));
      await parts.queues.close(graceMs);
      await archive?.close();
      await Promise.allSettled([parts.prisma.$disconnect()]);
      parts.redis.disconnect();
    },
  };
}

async function openArchive(config: Config): Promise<SftpArchive> {
  const keyPath = need(config.TAPLINE_ARCHIVE_KEY, "TAPLINE_ARCHIVE_KEY", "transfer");
  return new SftpArchive({
    url: need(config.TAPLINE_ARCHIVE_URL, "TAPLINE_ARCHIVE_URL", "transfer"),
    hostKeyPin: need(config.TAPLINE_ARCHIVE_HOST_KEY, "TAPLINE_ARCHIVE_HOST_KEY", "transfer"),
    privateKey: await readSetting(keyPath, "TAPLINE_ARCHIVE_KEY"),
  });
}

function startValidation(parts: Parts): void {
  const registry = new TrackerRegistry(parts.prisma, parts.clock);
  const findTrackers = (ids: readonly string[]) => registry.find(ids);
  startStage("validation", (id) => validateSegment(id, { ...parts, findTrackers }), parts);
}

async function startEncryption(parts: Parts): Promise<void> {
  const recipients = await readRecipients(parts.config, parts.clock());
  const signer = await readSigner(parts.config);
  startStage("encryption", (id) => encryptSegment(id, { ...parts, recipients, signer }), parts);
}

async function startTransfer(parts: Parts, archive: SftpArchive): Promise<void> {
  const processKey = await readProcessKey(parts.config);
  startStage("transfer", (id) => transferSegment(id, { ...parts, archive, processKey }), parts);
}

async function openBuffer(parts: Parts, archive: SftpArchive): Promise<Role> {
  const { config, log } = parts;
  const trust = await readSetting(need(config.TAPLINE_TRUST, "TAPLINE_TRUST", "buffer"), "TAPLINE_TRUST");
  const level = reconciler(parts, archive, trust, {
    onFault: (segment, err) => log.error({ err, segment }, "a segment in the archive cannot be judged"),
    onSettled: () => undefined,
  });
  const reconcile = async (span: "recent" | "all"): Promise<void> => {
    log.info(await level(span), "index and archive are level");
  };
  const [blocking, subscriber] = [parts.connect(), parts.connect()];
  const role = startBuffer({ ...parts, reconcile, blocking, subscriber });
  return {
    stop: async (graceMs) => {
      blocking.disconnect();
      await role.stop(graceMs);
      subscriber.disconnect();
    },
  };
}

function startKpiRole(parts: Parts, hooks: Hooks): Role {
  return startKpi({
    ...parts,
    telemetry: parts.telemetryStream,
    streams: new KpiStreams(parts.redis),
    history: new KpiHistory(parts.prisma),
    onLive: hooks.onLive,
  });
}

async function openIngest(parts: Parts): Promise<RunningIngest> {
  const { config } = parts;
  const subscriber = parts.connect();
  const agents = await openAgents({ ...parts, subscriber });
  const fleet = startFleetMemory({ ...parts, store: new FleetStore(parts.prisma) });
  const limits = {
    tapsPerSecond: config.TAPLINE_AGENT_TAPS_PER_SECOND,
    windowTaps: config.TAPLINE_CREDIT_WINDOW_TAPS,
  };
  const role = await startIngest({
    ...parts,
    subscriber,
    creditBook: new CreditBook(parts.redis, limits, `${parts.instance}/${randomUUID()}`),
    standing: agents.standing,
    enrolment: agents.enrolment,
    fleet,
    settings: {
      host: config.TAPLINE_INGEST_HOST,
      port: config.TAPLINE_INGEST_PORT,
      streamPort: config.TAPLINE_STREAM_PORT,
      cert: need(config.TAPLINE_INGEST_CERT, "TAPLINE_INGEST_CERT", "ingest"),
      key: need(config.TAPLINE_INGEST_KEY, "TAPLINE_INGEST_KEY", "ingest"),
      agentCa: need(config.TAPLINE_AGENT_CA, "TAPLINE_AGENT_CA", "ingest"),
    },
  });
  return {
    ...role,
    stop: async (graceMs) => {
      await role.stop(graceMs);
      await fleet.stop(graceMs);
      await agents.standing.stop(graceMs);
      subscriber.disconnect();
    },
  };
}

async function openAudit(parts: Parts, archive: SftpArchive): Promise<Role> {
  const gaps = new GapLedger(parts.prisma);
  const statements = new GapStatements(parts.prisma);
  return startAudit({ ...parts, archive, gaps, statements, signer: await readSigner(parts.config) });
}

/** The registry of agents: who may come in, and who is made to be one. */
async function openAgents({ config, prisma, redis, subscriber, clock, log }: Parts & { subscriber: Redis }) {
  const news = new AgentNews(redis);
  const standing = await startAgentStanding({
    directory: new AgentDirectory(prisma, clock),
    subscribe: (onNews) => news.subscribe(subscriber, onNews),
    log,
  });
  const enrolment = new EnrolmentDesk({
    issuer: await readAgentsAuthority(config),
    registry: new AgentRegistry(prisma, clock, () => news.publish()),
    lifetimeMs: config.TAPLINE_AGENT_CERT_DAYS * 24 * 3_600_000,
    clock,
    log,
  });
  return { standing, enrolment };
}

/** Connects before the first tap does; where a part is away, the tap's own attempts say so. */
function warmUp({ index, log }: Parts, archive: SftpArchive): void {
  const connecting = Promise.all([
    archive.connect(),
    index.standing(randomUUID()),
    index.findTaps(noSuchTap),
  ]);
  connecting.catch((error: unknown) => log.info({ err: error }, "a part is not there yet"));
}

const noSuchTap = [{ tracker: "", trackerEpoch: 0, trackerSeq: 0 }];
