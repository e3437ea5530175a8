import type { IncomingHttpHeaders, RequestListener } from "node:http";
import type { ProofQueue } from "@tapline/adapters/bullmq";
import type { PushSubscriptions, RefusedActs } from "@tapline/adapters/prisma";
import type { ServicesReports } from "@tapline/adapters/redis";
import { messageOf, traceIdOf } from "@tapline/core/kernel";
import { activeTrace } from "@tapline/telemetry/tracing";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import type { Logger } from "pino";
import { maxCallsPerRequest, serverTimeHeader } from "../../contracts/api.ts";
import type { AlertStore } from "../alerts/alert-store.ts";
import type { ArchiveViews } from "../archive/archive-views.ts";
import type { AuditReader } from "../audit/audit-reader.ts";
import type { ConfirmPerson } from "../auth/confirm-person.ts";
import type { Viewer } from "../auth/viewer.ts";
import type { AgentViews } from "../fleet/agent-views.ts";
import type { FleetReader, FleetSteering } from "../fleet/fleet-reader.ts";
import type { KpiStore } from "../kpi/kpi-store.ts";
import type { PeopleParts } from "../people/open-people.ts";
import type { Registry } from "../registry/registry.ts";
import type { TapViews } from "../taps/tap-views.ts";
import { appRouter } from "./app-router.ts";
import type { RequestContext } from "./init.ts";

export interface TrpcParts extends PeopleParts {
  viewerOf: (headers: IncomingHttpHeaders) => Promise<Viewer | null>;
  confirm: ConfirmPerson;
  alerts: AlertStore;
  audit: AuditReader;
  auditViews: RequestContext["auditViews"];
  keys: RequestContext["keys"];
  kpi: KpiStore;
  services: Pick<ServicesReports, "latest">;
  agentViews: Pick<AgentViews, "count" | "detail" | "list">;
  tapViews: Pick<TapViews, "list" | "trace">;
  archiveViews: ArchiveViews;
  tapProofs: Pick<ProofQueue, "ask">;
  handovers: RequestContext["handovers"];
  fleet: FleetReader;
  steering: FleetSteering;
  registry: Registry;
  pushes: Pick<PushSubscriptions, "key" | "list" | "channelsFor" | "add" | "renew" | "remove">;
  refusals: Pick<RefusedActs, "note">;
  logger: Logger;
}

/** Errors that are the caller's own affair. */
const callersOwn: readonly string[] = ["UNAUTHORIZED", "FORBIDDEN", "BAD_REQUEST", "NOT_FOUND", "CONFLICT"];

/** Answers `/api/trpc/…`. Each answer says the server's time. */
export function createTrpcHandler({
  viewerOf,
  confirm,
  alerts,
  audit,
  auditViews,
  keys,
  kpi,
  services,
  agentViews,
  tapViews,
  archiveViews,
  tapProofs,
  handovers,
  fleet,
  steering,
  people,
  peopleDesk,
  invitations,
  apiTokens,
  installation,
  registry,
  pushes,
  refusals,
  logger,
}: TrpcParts): RequestListener {
  return createHTTPHandler({
    router: appRouter,
    basePath: "/api/trpc/",
    maxBodySize: 65_536,
    maxBatchSize: maxCallsPerRequest,
    createContext: ({ req }) => {
      let viewer: Promise<Viewer | null> | undefined;
      return {
        traceId: activeTrace()?.traceId ?? traceIdOf(req.headers.traceparent),
        confirm,
        alerts,
        audit,
        auditViews,
        keys,
        kpi,
        services,
        agentViews,
        tapViews,
        archiveViews,
        tapProofs,
        handovers,
        fleet,
        steering,
        people,
        peopleDesk,
        invitations,
        apiTokens,
        installation,
        registry,
        pushes,
        refusals,
        viewer: () => {
          viewer ??= viewerOf(req.headers);
          return viewer;
        },
      };
    },
    responseMeta: () => ({ headers: { [serverTimeHeader]: String(Date.now()) } }),
    onError: ({ error, path }) => {
      if (callersOwn.includes(error.code)) return;
      logger.warn({ path, code: error.code, err: messageOf(error.cause) }, error.message);
    },
  });
}
