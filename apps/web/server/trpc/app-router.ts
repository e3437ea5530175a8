import { agentRouter } from "../routers/agent.ts";
import { agentBoardRouter } from "../routers/agent-board.ts";
import { agentLogRouter } from "../routers/agent-log.ts";
import { alertBoardRouter } from "../routers/alert-board.ts";
import { alertChannelsRouter } from "../routers/alert-channels.ts";
import { alertMaintenanceRouter } from "../routers/alert-maintenance.ts";
import { alertRulesRouter } from "../routers/alert-rules.ts";
import { alertsRouter } from "../routers/alerts.ts";
import { apiTokensRouter } from "../routers/api-tokens.ts";
import { archiveRouter } from "../routers/archive.ts";
import { archiveBoardRouter } from "../routers/archive-board.ts";
import { auditRouter } from "../routers/audit.ts";
import { auditBoardRouter } from "../routers/audit-board.ts";
import { fleetRouter } from "../routers/fleet.ts";
import { fleetRolloutRouter } from "../routers/fleet-rollout.ts";
import { handoverRouter } from "../routers/handover.ts";
import { installationRouter } from "../routers/installation.ts";
import { keysRouter } from "../routers/keys.ts";
import { kpiRouter } from "../routers/kpi.ts";
import { noopsRouter } from "../routers/noops.ts";
import { peopleRouter } from "../routers/people.ts";
import { pushRouter } from "../routers/push.ts";
import { releasesRouter } from "../routers/releases.ts";
import { ruleReleasesRouter } from "../routers/rule-releases.ts";
import { savedViewsRouter } from "../routers/saved-views.ts";
import { tapRouter } from "../routers/tap.ts";
import { telemetryRouter } from "../routers/telemetry.ts";
import { trackerRouter } from "../routers/tracker.ts";
import { youRouter } from "../routers/you.ts";
import { router } from "./init.ts";

export const appRouter = router({
  agent: agentRouter,
  agentBoard: agentBoardRouter,
  agentLog: agentLogRouter,
  alertBoard: alertBoardRouter,
  alertChannels: alertChannelsRouter,
  alertMaintenance: alertMaintenanceRouter,
  alertRules: alertRulesRouter,
  alerts: alertsRouter,
  archive: archiveRouter,
  archiveBoard: archiveBoardRouter,
  apiTokens: apiTokensRouter,
  audit: auditRouter,
  auditBoard: auditBoardRouter,
  tracker: trackerRouter,
  fleet: fleetRouter,
  fleetRollout: fleetRolloutRouter,
  keys: keysRouter,
  installation: installationRouter,
  handover: handoverRouter,
  kpi: kpiRouter,
  noops: noopsRouter,
  people: peopleRouter,
  push: pushRouter,
  releases: releasesRouter,
  ruleReleases: ruleReleasesRouter,
  savedViews: savedViewsRouter,
  tap: tapRouter,
  telemetry: telemetryRouter,
  you: youRouter,
});

export type AppRouter = typeof appRouter;
