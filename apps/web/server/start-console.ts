import type { IncomingHttpHeaders } from "node:http";
import { AuditEntries, connectPrisma, type PrismaClient, RefusedActs } from "@tapline/adapters/prisma";
import { PushSubscriptions } from "@tapline/adapters/prisma/alerts";
import { FleetDesk, FleetStore } from "@tapline/adapters/prisma/fleet";
import { AgentLogs, ServicesReports } from "@tapline/adapters/redis";
import { AlertStreams } from "@tapline/adapters/redis/live";
import { ServedRequests } from "@tapline/core/telemetry";
import { createLog, type LogOutput } from "@tapline/telemetry/logging";
import type { ProcessMetrics } from "@tapline/telemetry/metrics";
import { toNodeHandler } from "better-auth/node";
import { openAlerts } from "./alerts/alert-store.ts";
import { openArchiveViews } from "./archive/open-archive-views.ts";
import { AuditViews } from "./audit/audit-views.ts";
import { confirmPerson } from "./auth/confirm-person.ts";
import { createAuth } from "./auth/create-auth.ts";
import { ensureFirstAdmin } from "./auth/ensure-first-admin.ts";
import { type AuthDatabase, recordedPeople } from "./auth/recorded-people.ts";
import { viewerOf } from "./auth/viewer.ts";
import type { WebConfig } from "./config.ts";
import { createBoundedServer } from "./create-bounded-server.ts";
import { AgentLogViews } from "./fleet/agent-log-views.ts";
import { AgentViews } from "./fleet/agent-views.ts";
import { HandoverViews } from "./handover/handover-views.ts";
import { createHandler } from "./http.ts";
import { KeyViews } from "./keys/key-views.ts";
import { firstPicture } from "./kpi/first-picture.ts";
import { KpiStore } from "./kpi/kpi-store.ts";
import { listen } from "./listen.ts";
import { NoopsViews } from "./noops/noops-views.ts";
import { notReady } from "./not-ready.ts";
import { openQueues } from "./open-queues.ts";
import { originsOf } from "./origins.ts";
import type { PageHandler } from "./page-handler.ts";
import { openPeople } from "./people/open-people.ts";
import { createRealtime, endSession, renewSessions } from "./realtime/create-realtime.ts";
import { hearPainted } from "./realtime/hear-painted.ts";
import { startRelays } from "./realtime/start-relays.ts";
import { startSweeping } from "./realtime/sweep-sessions.ts";
import { tailAudit } from "./realtime/tail-audit.ts";
import { openRedis, type RedisConnections } from "./redis.ts";
import { openRegistry } from "./registry/registry.ts";
import { ReleaseViews } from "./releases/release-views.ts";
import { RuleReleaseViews } from "./releases/rule-release-views.ts";
import { type ReportedParts, reportTelemetry } from "./report-telemetry.ts";
import { serveConsoleHealth } from "./serve-console-health.ts";
import { withProofPages } from "./taps/proof-pages.ts";
import { TapViews } from "./taps/tap-views.ts";
import { createTrpcHandler } from "./trpc/create-trpc-handler.ts";

/** A console that serves. */
export interface Console {
  port: number;
  /** Loopback port of probes and metrics. */
  healthPort: number;
  origin: string;
  metrics: ProcessMetrics;
  ensureFirstAdmin: (admin: { email: string; password: string }) => Promise<boolean>;
  /** Says to probes from now on that nobody is to be led here any more, and serves on. */
  leave: () => void;
  /** Ends connections and releases everything, within a few seconds. */
  close: () => Promise<void>;
}

/**
 * Builds the one process of the console (decision 0006) and serves.
 * @param pages what renders the pages
 * @param output where lines of the log go; default: the standard output
 */
export async function startConsole(
  config: WebConfig,
  pages: PageHandler,
  output?: LogOutput,
): Promise<Console> {
  const logger = createLog({ level: config.logLevel, base: { app: "web" } }, output);
  const server = createBoundedServer(config.tls);
  const port = await listen(server, config.host, config.port);
  const origins = originsOf(config, port);
  const prisma = connectPrisma(config.databaseUrl, config.databaseConnections);
  const redis = openRedis(config.redisUrl, (error) => logger.warn({ err: error }, "Redis does not answer"));
  const [log, confirm] = [openLog(prisma), confirmPerson(prisma, Date.now)];
  const authOn = (database: AuthDatabase) =>
    createAuth({
      ...config,
      ...{ database, prisma, confirm, logger, origin: origins[0], trustedOrigins: origins },
      onSessionEnded: (sessionId) => endSession(realtime, sessionId),
    });
  const auth = authOn(recordedPeople(prisma, Date.now));
  const people = openPeople(prisma, auth, { config, origin: origins[0] }, (ids) =>
    renewSessions(realtime, ids),
  );
  const [fleet, steering, served] = [new FleetStore(prisma), new FleetDesk(prisma), new ServedRequests()];
  const whoIs = (headers: IncomingHttpHeaders) => viewerOf(auth, prisma, headers);
  const views = openViews(prisma, redis.requests, log.audit);
  const { agentViews, alerts } = views;
  server.on(
    "request",
    createHandler({
      trpc: createTrpcHandler({
        viewerOf: people.callerOf,
        ...{ ...log, ...views, ...people, confirm, logger },
        ...{ fleet, steering, pushes: new PushSubscriptions(prisma, Date.now) },
        registry: openRegistry(prisma, redis.requests, config.ingestRootPem, config.ingestUrl),
      }),
      auth: toNodeHandler(auth),
      ...{
        next: withProofPages(pages.handle, { proofs: views.tapProofs, taps: views.tapViews }, whoIs),
        viewerOf: whoIs,
      },
      links: { desk: alerts.desk, key: config.alertLinkKey, clock: Date.now },
      exports: { ...log, exporting: new Set(), clock: Date.now },
      ...{ origins, notReady: () => notReady(redis.requests, prisma), served },
      firstPicture: () => firstPicture(views.kpi, Date.now),
      ...{ site: config, isTls: origins[0].startsWith("https:"), proxies: config.proxies ?? 0, logger },
    }),
  );
  const measured = await measure(config, { served, redis: redis.requests, prisma, logger });
  // After the handler above: Socket.IO puts itself in front of what listens already.
  const realtime = createRealtime({ server, redis: redis.realtime, viewerOf: whoIs, origins });
  const stopping = new AbortController();
  const told = { onNews: hearPainted(realtime, alerts.rules, measured.recorder), agentViews, marked: views };
  const relaying = startRelays(realtime, redis, told, logger, stopping.signal);
  const tail = tailAudit(realtime, { entries: log.audit, viewerOf: whoIs, logger, signal: stopping.signal });
  const stopSweeping = startSweeping(realtime.local, prisma, logger);
  const close = async () => {
    stopping.abort();
    stopSweeping();
    const closed = realtime.close();
    server.closeAllConnections();
    await closed;
    await measured.stop();
    await redis.close();
    await relaying;
    await tail.ended();
    await Promise.allSettled([prisma.$disconnect(), pages.close()]);
  };
  return {
    ...{ port, origin: origins[0], healthPort: measured.healthPort, metrics: measured.metrics },
    ensureFirstAdmin: (admin) => ensureFirstAdmin(prisma, authOn, admin),
    ...{ leave: measured.leave, close },
  };
}

/** The audit log, and where it is written that somebody may not do what they tried. */
function openLog(prisma: PrismaClient) {
  return {
    audit: new AuditEntries(prisma),
    auditViews: new AuditViews(prisma),
    refusals: new RefusedActs(prisma, Date.now),
  };
}

/** What the pages show. */
function openViews(prisma: PrismaClient, redis: RedisConnections["requests"], audit: AuditEntries) {
  const [kpi, agentViews] = [new KpiStore(redis, prisma, Date.now), new AgentViews(prisma, audit)];
  const [services, queues] = [new ServicesReports(redis), openQueues(redis)];
  const told = { prisma, fleet: agentViews.board, live: () => kpi.live() };
  return {
    agentLogs: new AgentLogViews(prisma, new AgentLogs(redis, Date.now), Date.now),
    ...{ kpi, agentViews, handovers: new HandoverViews(told, Date.now) },
    tapViews: new TapViews(prisma, redis),
    tapProofs: queues.proofs,
    services,
    noops: new NoopsViews(prisma, redis, Date.now),
    releases: new ReleaseViews(prisma, services, Date.now),
    ruleReleases: new RuleReleaseViews(prisma, new AlertStreams(redis), Date.now),
    archiveViews: openArchiveViews(prisma, redis, queues.segments, audit),
    alerts: openAlerts(prisma, redis),
    keys: new KeyViews(prisma, redis, Date.now),
  };
}

/** Reports what the console sees, and serves its probes and metrics. */
async function measure(
  { healthPort, healthHost, colour }: Pick<WebConfig, "healthPort" | "healthHost" | "colour">,
  parts: Omit<ReportedParts, "colour">,
) {
  const { recorder, counted, stop } = reportTelemetry({ ...parts, colour });
  const place = { port: healthPort, ...(healthHost === undefined ? {} : { host: healthHost }) };
  const { health, metrics, leave } = await serveConsoleHealth(place, { ...parts, counted });
  return {
    ...{ recorder, metrics, leave },
    healthPort: health.port,
    stop: async () => {
      health.close();
      await stop();
    },
  };
}
