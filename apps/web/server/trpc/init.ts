import type { ProofQueue } from "@tapline/adapters/bullmq";
import type { RefusedActs } from "@tapline/adapters/prisma";
import type { PushSubscriptions } from "@tapline/adapters/prisma/alerts";
import type { ServicesReports } from "@tapline/adapters/redis";
import { TaplineError } from "@tapline/core/kernel";
import { initTRPC } from "@trpc/server";
import type { AlertStore } from "../alerts/alert-store.ts";
import type { ArchiveViews } from "../archive/archive-views.ts";
import type { AuditReader } from "../audit/audit-reader.ts";
import type { AuditViews } from "../audit/audit-views.ts";
import type { ConfirmPerson } from "../auth/confirm-person.ts";
import { mayActAs, type Role } from "../auth/roles.ts";
import { operatorOf, requireRole, requireWhole, type Viewer } from "../auth/viewer.ts";
import type { AgentLogViews } from "../fleet/agent-log-views.ts";
import type { AgentViews } from "../fleet/agent-views.ts";
import type { FleetReader, FleetSteering } from "../fleet/fleet-reader.ts";
import type { HandoverViews } from "../handover/handover-views.ts";
import type { KeyViews } from "../keys/key-views.ts";
import type { KpiStore } from "../kpi/kpi-store.ts";
import type { NoopsViews } from "../noops/noops-views.ts";
import type { PeopleParts } from "../people/open-people.ts";
import type { Registry } from "../registry/registry.ts";
import type { ReleaseViews } from "../releases/release-views.ts";
import type { RuleReleaseViews } from "../releases/rule-release-views.ts";
import type { TapViews } from "../taps/tap-views.ts";
import { errorDetail, toTrpcError } from "./map-error.ts";

/** What a procedure has at hand. */
export interface RequestContext extends PeopleParts {
  /** Who asks, looked up once per request; `null` for nobody. Rejects where it cannot be known. */
  viewer: () => Promise<Viewer | null>;
  confirm: ConfirmPerson;
  /** The trace that the request belongs to; null where it says none. */
  traceId: string | null;
  /** Where it is written down that somebody may not do what they tried. */
  refusals: Pick<RefusedActs, "note">;
  alerts: AlertStore;
  audit: AuditReader;
  auditViews: Pick<
    AuditViews,
    "page" | "entry" | "names" | "lastActs" | "log" | "growth" | "proof" | "exportPlan"
  >;
  keys: Pick<KeyViews, "approve" | "board" | "cancel" | "change" | "preview">;
  kpi: KpiStore;
  services: Pick<ServicesReports, "latest">;
  agentViews: Pick<AgentViews, "count" | "detail" | "list" | "mustSee">;
  agentLogs: Pick<AgentLogViews, "ask" | "of">;
  tapViews: Pick<TapViews, "list" | "trace" | "mustSee">;
  archiveViews: ArchiveViews;
  tapProofs: Pick<ProofQueue, "ask">;
  handovers: Pick<HandoverViews, "now" | "list" | "submit" | "sign" | "withdraw">;
  noops: Pick<
    NoopsViews,
    "board" | "decisions" | "decision" | "forecasts" | "undoEffect" | "answer" | "setMode" | "pause" | "turn"
  >;
  releases: Pick<ReleaseViews, "board" | "shifts" | "make" | "shift" | "steer">;
  ruleReleases: Pick<RuleReleaseViews, "board" | "rollBack">;
  fleet: FleetReader;
  steering: FleetSteering;
  registry: Registry;
  pushes: Pick<PushSubscriptions, "key" | "list" | "channelsFor" | "add" | "renew" | "remove">;
}

/** What a procedure says of itself. */
export interface ProcedureMeta {
  /**
   * `site`: it shows and does nothing beyond the caller's sites, whose `viewer.sites` it minds. Left out, it is of the whole
   * installation, and closed to those who see some sites only.
   */
  scope?: "site";
}

const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    isServer: true,
    errorFormatter: ({ shape, error }) => {
      const detail = errorDetail(error.cause);
      // An error that is not ours may carry addresses or queries: the browser gets no text of it.
      const message =
        detail === null && error.code === "INTERNAL_SERVER_ERROR" ? "internal error" : shape.message;
      const { stack: _stack, ...data } = shape.data;
      return { ...shape, message, data: { ...data, tapline: detail } };
    },
  });

export const router = t.router;

const mapped = t.procedure.use(async ({ next }) => {
  const result = await next();
  if (!result.ok) {
    const error = toTrpcError(result.error.cause);
    if (error !== result.error.cause) throw error;
  }
  return result;
});

/** A procedure for those signed in with at least `role`. There is none for anybody else; and what is not said to be of sites is for those alone who see the whole. */
function procedureFor(role: Role) {
  return mapped.use(async ({ ctx, next, path, type, meta }) => {
    const viewer = await ctx.viewer();
    const isClosed = viewer !== null && viewer.sites !== null && meta?.scope !== "site";
    if (viewer !== null && type === "mutation" && (isClosed || !mayActAs(viewer.role, role))) {
      const facts = isClosed ? { needs: "whole", has: "sites" } : { needs: role, has: viewer.role };
      await ctx.refusals.note({
        ...{ action: "act.refused", actor: operatorOf(viewer), traceId: ctx.traceId },
        ...{ subject: `verb/${path}`, facts },
      });
    }
    const admitted = requireRole(viewer, role);
    return await next({ ctx: { ...ctx, viewer: isClosed ? requireWhole(admitted) : admitted } });
  });
}

export const viewerProcedure = procedureFor("viewer");

/** A procedure for people signed in with at least `role`: what it does is of themselves, and no program's affair. */
export function personProcedure(role: Role) {
  return procedureFor(role).use(({ ctx, next }) => {
    if (!ctx.viewer.isToken) return next();
    throw new TaplineError("forbidden", "this is for people, and not for tokens", {
      remedy: "sign in, and do it in the console",
    });
  });
}

export const operatorProcedure = procedureFor("operator");

export const adminProcedure = procedureFor("admin");
