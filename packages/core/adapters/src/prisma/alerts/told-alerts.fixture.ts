import { randomBytes } from "node:crypto";
import {
  type Alert,
  type AlertAct,
  type AlertEvent,
  alertChannelsFormat,
  alertRulesFormat,
  applyAct,
  applyEvent,
  openAlert,
  parseAlertChannels,
  parseAlertRules,
  releaseIdOf,
} from "@tapline/core/alerts";
import { uuidV7 } from "@tapline/core/kernel";
import { freshDatabase } from "../../../../../../tools/test-servers/index.ts";
import { connectPrisma } from "../index.ts";
import {
  AlertChannelsDesk,
  AlertDeliveries,
  AlertDispatch,
  AlertMaintenanceDesk,
  AlertRulesDesk,
} from "./index.ts";

export const minuteMs = 60_000;
export const ada = { actor: { kind: "operator", id: "ada" }, reason: "a test" } as const;
const watch = { kind: "job", id: "alerts" } as const;

const hook = (name: string, url: string) => ({
  ...{ kind: "webhook", name, url, key: { secret: "key" }, tells: ["call", "acknowledged", "over"] },
  acknowledgeLinks: true,
});

const rules = parseAlertRules({
  format: alertRulesFormat,
  version: 1,
  rules: [
    {
      ...{ id: "agents-offline", kpi: "agents.offline", per: "site", severity: "critical" },
      condition: { kind: "threshold", limit: { above: 0 } },
      ...{ message: "{value} agents are offline", runbook: "docs/runbooks.md#agents-offline" },
      routing: [{ channels: ["desk", "on-call", "nobody"] }, { channels: ["north-desk"], sites: ["north"] }],
      card: { cause: "c", consequence: "c", action: "Look at the PC.", respondWithinMinutes: 5 },
    },
  ],
});

/** Alerts whose steps are written as the watch writes them, a clock that stands until it is moved, and who is told. For tests. */
/** How long before its raise an alert's breach began, ms. */
export const breachedBeforeMs = 400;

export async function openTold(
  url = "http://127.0.0.1:1",
  startEpochMs = Date.parse("2026-11-30T08:00:00Z"),
) {
  const databaseUrl = await freshDatabase();
  const prisma = connectPrisma(databaseUrl);
  let nowEpochMs = startEpochMs;
  const clock = () => nowEpochMs;
  const deliveries = new AlertDeliveries(prisma, clock);
  const dispatch = new AlertDispatch(prisma, clock);
  await new AlertRulesDesk(prisma, clock).activeOrFirst(rules);
  await prisma.agent.createMany({ data: ["south", "north"].map((site) => ({ id: `gate-${site}`, site })) });
  await new AlertChannelsDesk(prisma, clock).release(
    parseAlertChannels({
      format: alertChannelsFormat,
      channels: ["desk", "north-desk", "first", "boss"].map((name) => hook(name, `${url}/${name}`)),
      policies: [
        {
          name: "on-call",
          steps: [
            { afterMinutes: 0, tell: ["first"] },
            { afterMinutes: 5, tell: ["boss"] },
          ],
          repeatMinutes: 10,
        },
      ],
    }),
    ada,
  );
  const keep = async (alert: Alert): Promise<Alert> => {
    const { id, rev, ruleId, scopeKey, severity, state } = alert;
    const row = { rev, ruleId, scopeKey, severity, state, site: alert.scope.site ?? null, body: alert };
    await prisma.alert.upsert({ where: { id }, create: { id, ...row }, update: row });
    return alert;
  };
  return {
    ...{ prisma, databaseUrl, clock, deliveries, dispatch, keep },
    maintenance: new AlertMaintenanceDesk(prisma, clock),
    passMs: (ms: number) => {
      nowEpochMs += ms;
    },
    raise: (site = "south") =>
      keep(
        openAlert(
          uuidV7(nowEpochMs, randomBytes),
          { ...raiseOf(site), breachedAtEpochMs: nowEpochMs - breachedBeforeMs },
          { atEpochMs: nowEpochMs, actor: watch },
        ).alert,
      ),
    on: (alert: Alert, event: AlertEvent) =>
      keep(applyEvent(alert, event, { atEpochMs: nowEpochMs, actor: watch })?.alert ?? alert),
    act: (alert: Alert, act: AlertAct) => {
      const context = { atEpochMs: nowEpochMs, actor: ada.actor, seenRev: alert.rev };
      return keep(applyAct(alert, act, context).alert);
    },
    /** What has been made, the oldest first, as `kind channel step state`. */
    log: async () => {
      const rows = await deliveries.list({}, 1_000);
      return rows
        .toReversed()
        .map(({ notice, channel, state }) => `${notice.kind} ${channel} ${notice.step} ${state}`);
    },
    close: () => prisma.$disconnect(),
  };
}

export type Told = Awaited<ReturnType<typeof openTold>>;

export function raiseOf(site: string) {
  return {
    ...{ ruleId: "agents-offline", release: releaseIdOf(rules).sha256, scope: { site } },
    ...({ severity: "critical", message: "2 agents are offline", value: 2, limit: 0 } as const),
    ...{ unit: "agents", breachedAtEpochMs: 0, group: null, firstOut: false, suppressedBy: null },
  };
}

export const clear: AlertEvent = { kind: "clear", value: 0, peakValue: null, note: null };
export const acknowledge: AlertAct = { kind: "acknowledge", note: null };
