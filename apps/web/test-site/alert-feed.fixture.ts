import { randomBytes } from "node:crypto";
import { connectPrisma } from "@tapline/adapters/prisma";
import { AlertDesk, AlertRulesDesk } from "@tapline/adapters/prisma/alerts";
import { AlertStreams } from "@tapline/adapters/redis/live";
import {
  type Alert,
  type AlertAct,
  type AlertEvent,
  type AlertStep,
  alertRulesFormat,
  applyAct,
  applyEvent,
  entryOf,
  openAlert,
  parseAlertRules,
  type Raise,
} from "@tapline/core/alerts";
import { type Actor, uuidV7 } from "@tapline/core/kernel";
import type { Redis } from "ioredis";

const watch: Actor = { kind: "job", id: "alerts" };

/** What the worker's alerts role would write and tell. */
export interface AlertFeed {
  raise: (...raises: Partial<Raise>[]) => Promise<Alert[]>;
  /** The same while PostgreSQL is away: it is told, and recorded once `settle` is called. */
  raiseUnrecorded: (given: Partial<Raise>) => Promise<{ settle: () => Promise<unknown> }>;
  /** The same, of a time that is over. */
  raiseAt: (atEpochMs: number, ...raises: Partial<Raise>[]) => Promise<Alert[]>;
  /** What breached is over. */
  clear: (...alerts: Alert[]) => Promise<void>;
  /** Ends everything that is open, whatever became of it. */
  endAll: () => Promise<void>;
  stop: () => Promise<void>;
}

/** As a raise of the rule `backlog-old`, apart from what is given. */
function raiseOf(given: Partial<Raise>): Raise {
  return {
    ...{ ruleId: "backlog-old", release: "ab".repeat(32), scope: {}, severity: "warning" },
    ...{ message: "The oldest tap has waited for more than 1 min", value: 92_000, limit: 60_000, unit: "ms" },
    ...{ group: null, firstOut: false, suppressedBy: null, breachedAtEpochMs: Date.now() },
    ...given,
  };
}

export async function startAlertFeed(databaseUrl: string, redis: Redis): Promise<AlertFeed> {
  const prisma = connectPrisma(databaseUrl);
  const desk = new AlertDesk(prisma);
  const streams = new AlertStreams(redis);
  const writesOf = (lives: AlertStep[][]) =>
    lives.flatMap((steps) => {
      const [first, last] = [steps[0], steps.at(-1)];
      if (first === undefined || last === undefined) return [];
      const entries = steps.map((step) => entryOf(step, uuidV7(step.transition.atEpochMs, randomBytes)));
      return [{ baseRev: first.alert.rev - 1, alert: last.alert, entries }];
    });
  const recordAll = async (lives: AlertStep[][]) => {
    const writes = writesOf(lives);
    await desk.write(writes);
    const alerts = writes.map(({ alert }) => alert);
    await streams.publish(alerts, true);
    return alerts;
  };
  const record = (steps: AlertStep[]) => recordAll(steps.map((step) => [step]));
  const raiseAt = (atEpochMs: number, ...raises: Partial<Raise>[]) =>
    record(
      raises.map((given, index) => {
        const id = uuidV7(atEpochMs, randomBytes);
        return openAlert(id, raiseOf(given), { atEpochMs: atEpochMs - index, actor: watch });
      }),
    );
  /** A page shows what a person does before it is written: where that is written in between, this goes on from it. */
  const clearOne = async (id: string): Promise<void> => {
    const event = { kind: "clear", value: 0, peakValue: null, note: null } as const;
    const step = applyEvent(await desk.find(id), event, { atEpochMs: Date.now(), actor: watch });
    if (step === null) return;
    if ((await desk.write(writesOf([[step]]))).size === 0) return await clearOne(id);
    await streams.publish([step.alert], true);
  };
  return {
    raise: (...raises) => raiseAt(Date.now(), ...raises),
    raiseUnrecorded: async (given) => {
      const atEpochMs = Date.now();
      const step = openAlert(uuidV7(atEpochMs, randomBytes), raiseOf(given), { atEpochMs, actor: watch });
      await streams.publish([step.alert], false);
      return { settle: () => record([step]) };
    },
    raiseAt,
    clear: async (...alerts) => {
      for (const { id } of alerts) await clearOne(id);
    },
    endAll: async () => {
      await recordAll((await desk.open()).map(endOf));
    },
    stop: () => prisma.$disconnect(),
  };
}

/** The steps that lead an alert to its end. */
function endOf(alert: Alert): AlertStep[] {
  const actor: Actor = { kind: "operator", id: "test" };
  const steps: AlertStep[] = [];
  const now = () => steps.at(-1)?.alert ?? alert;
  const told = (event: AlertEvent) => {
    const step = applyEvent(now(), event, { atEpochMs: Date.now(), actor: watch });
    if (step !== null) steps.push(step);
  };
  const act = (what: AlertAct) =>
    steps.push(applyAct(now(), what, { atEpochMs: Date.now(), actor, seenRev: now().rev }));
  told({ kind: "clear", value: 0, peakValue: null, note: null });
  told({ kind: "unsuppress" });
  if (now().shelf !== null) act({ kind: "unshelve", note: "the test is over" });
  if (now().outOfServiceSinceEpochMs !== null) act({ kind: "return-to-service", note: "the test is over" });
  if (now().unacknowledged) act({ kind: "acknowledge", note: null });
  return steps;
}

/** Rules with their cards, so that pages have something to tell of alerts. @returns the name that alerts say of their release */
export async function releaseRules(databaseUrl: string): Promise<string> {
  const prisma = connectPrisma(databaseUrl);
  const rule = (id: string, kpi: string, more: object) => ({
    ...{ id, kpi, condition: { kind: "threshold", limit: { above: 60_000 } }, severity: "warning" },
    ...{ message: "It is as it should not be", runbook: "https://runbooks.example/tapline", ...more },
    card: {
      cause: "The archive takes less than comes in: it is slow, away, or refuses us.",
      consequence: "The buffer fills up; agents have to wait, and readers show it.",
      action: "See whether the archive answers and has room; then look at transfer.",
      respondWithinMinutes: 30,
    },
  });
  const rules = parseAlertRules({
    ...{ format: alertRulesFormat, version: 1 },
    rules: [
      rule("backlog-old", "backlog.oldest_ms", { onDelayMs: 10_000 }),
      rule("agent-offline", "agents.offline", { per: "site", runbook: "docs/runbooks.md#agent-offline" }),
    ],
  });
  const { sha256 } = await new AlertRulesDesk(prisma, Date.now).release(rules, {
    ...{ actor: { kind: "operator", id: "test" }, reason: "for the test", traceId: null },
  });
  await prisma.$disconnect();
  return sha256;
}
