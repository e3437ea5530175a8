import {
  type Alert,
  type AlertChannels,
  type AlertRule,
  alertRulesSchema,
  alertSchema,
  type Call,
  channelsBehind,
  heldUntil,
  isHeld,
  type Maintenance,
  type NoticeKind,
  noticeOf,
  planDeliveries,
  policyStep,
  routeNames,
  unknownRoutes,
} from "@tapline/core/alerts";
import type { Transaction } from "./acts.ts";
import { activeChannels } from "./alert-channels-desk.ts";
import { deliveryRow, endCalls } from "./alert-deliveries.ts";
import { windowsAt } from "./alert-maintenance.ts";
import type { AlertEscalation, PrismaClient } from "./generated/client.ts";

/** What one transaction takes up. */
const batch = 200;

/** What a round did. */
export type Dispatched = {
  /** Whether there may be more to do at once. */
  readonly more: boolean;
  /** Names in rules' routing that the channels in force do not have. */
  readonly unknown: readonly string[];
};

type Rules = ReadonlyMap<string, AlertRule>;

/** What holds in one round. */
type Round = {
  readonly tx: Transaction;
  readonly channels: AlertChannels;
  readonly windows: readonly Maintenance[];
  readonly now: Date;
};

/**
 * Makes deliveries of what became of alerts, of steps that are due, and of what maintenance held back. Each round is one transaction: a
 * process that dies in it leaves everything to the next. One process at a time.
 */
export class AlertDispatch {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;
  /** Rules by the digest of their release: those never change. */
  readonly #releases = new Map<string, Rules>();

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  async round(): Promise<Dispatched> {
    return await this.#prisma.$transaction(
      async (tx) => {
        if (!(await takeTurn(tx))) return { more: false, unknown: [] };
        const now = new Date(this.#clock());
        const { channels } = await activeChannels(tx);
        const round: Round = { tx, channels, windows: await windowsAt(tx, now), now };
        const untold = await this.#tellUntold(round);
        const steps = await this.#takeSteps(round);
        const released = await this.#release(round);
        return { more: untold.more || steps || released, unknown: untold.unknown };
      },
      { timeout: 30_000 },
    );
  }

  async #tellUntold(round: Round): Promise<Dispatched> {
    const { tx, channels, now } = round;
    const rows = await tx.alertUntold.findMany({
      orderBy: [{ alertId: "asc" }, { rev: "asc" }],
      take: batch,
    });
    const ids = [...new Set(rows.map(({ alertId }) => alertId))];
    if (ids.length === 0) return { more: false, unknown: [] };
    const alerts = await alertsOf(tx, ids);
    const calls = new Map((await tx.alertCall.findMany({ where: { alertId: { in: ids } } })).map(callEntry));
    const told = await channelsTold(tx, ids);
    const unknown = new Set<string>();
    const planned: { readonly alertId: string; readonly call: Call | null }[] = [];
    for (const alert of alerts) {
      const rule = await this.#ruleOf(tx, alert);
      if (rule === null) continue;
      const names = routeNames(rule, alert.scope);
      const call = calls.get(alert.id) ?? null;
      const since = (told.get(alert.id) ?? []).filter(({ rev }) => call !== null && rev >= call.rev);
      const before = { call, channels: since.map(({ channel }) => channel) };
      const plan = planDeliveries(alert, names, channels, before, now.getTime());
      for (const { kind, channels: tellable } of plan.tell) await tell(round, alert, rule, kind, tellable, 0);
      await begin(round, alert.id, plan.policies);
      planned.push({ alertId: alert.id, call: plan.call });
      if (plan.tell.some(({ kind }) => kind === "call"))
        for (const name of unknownRoutes(channels, names)) unknown.add(name);
    }
    // In a flood there are thousands: for all of them at once.
    await keepCalls(tx, planned);
    const ended = planned.filter(({ call }) => call === null || call.ended);
    await endCalls(
      tx,
      ended.map(({ alertId }) => alertId),
      now,
    );
    const seen = alerts.map(({ id, rev }) => ({ alertId: id, rev: { lte: rev } }));
    await tx.alertUntold.deleteMany({ where: { OR: seen } });
    return { more: rows.length === batch, unknown: [...unknown] };
  }

  /** Steps of policies that are due. */
  async #takeSteps(round: Round): Promise<boolean> {
    const { tx, now } = round;
    const due = await tx.alertEscalation.findMany({ where: { dueAt: { lte: now } }, take: batch });
    const alerts = new Map(
      (
        await alertsOf(
          tx,
          due.map(({ alertId }) => alertId),
        )
      ).map((one) => [one.id, one]),
    );
    for (const step of due) {
      const alert = alerts.get(step.alertId);
      const rule = alert === undefined ? null : await this.#ruleOf(tx, alert);
      await (alert === undefined || rule === null ? endStep(tx, step) : takeStep(round, step, alert, rule));
    }
    return due.length === batch;
  }

  /** What maintenance held back and holds no more: told where it still calls. */
  async #release({ tx, windows, now }: Round): Promise<boolean> {
    const due = await tx.alertDelivery.findMany({
      where: { state: "held", dueAt: { lte: now } },
      take: batch,
    });
    const alerts = new Map(
      (
        await alertsOf(
          tx,
          due.map(({ alertId }) => alertId),
        )
      ).map((one) => [one.id, one]),
    );
    for (const { id, alertId, kind } of due) {
      const alert = alerts.get(alertId);
      const until = alert === undefined ? null : heldUntil(windows, alert, now.getTime());
      const stands = alert !== undefined && (kind !== "call" || (alert.active && calls(alert)));
      const data = stands
        ? { state: until === null ? "waiting" : "held", dueAt: until === null ? now : new Date(until) }
        : { state: "moot", endedAt: now };
      await tx.alertDelivery.update({ where: { id }, data });
    }
    return due.length === batch;
  }

  async #ruleOf(tx: Transaction, { release, ruleId }: Alert): Promise<AlertRule | null> {
    const known = this.#releases.get(release);
    if (known !== undefined) return known.get(ruleId) ?? null;
    const digest = new Uint8Array(Buffer.from(release, "hex"));
    const row = await tx.alertRuleRelease.findUnique({ where: { digest } });
    if (row === null) return null;
    const rules = new Map(alertRulesSchema.parse(row.rules).rules.map((rule) => [rule.id, rule]));
    this.#releases.set(release, rules);
    return rules.get(ruleId) ?? null;
  }
}

const calls = (alert: Alert): boolean => alert.unacknowledged && !isHeld(alert);

async function takeTurn(tx: Transaction): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ mine: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(hashtextextended('alert_dispatch', 0)) AS mine`;
  return row?.mine === true;
}

async function alertsOf(tx: Transaction, ids: readonly string[]): Promise<Alert[]> {
  if (ids.length === 0) return [];
  const rows = await tx.alert.findMany({ where: { id: { in: [...ids] } } });
  return rows.map(({ body }) => alertSchema.parse(body));
}

/** Who was told, or will be, that an alert calls, and at which revision. */
async function channelsTold(tx: Transaction, ids: readonly string[]) {
  const rows = await tx.alertDelivery.findMany({
    where: { alertId: { in: [...ids] }, kind: "call", state: { in: ["waiting", "sent"] } },
    select: { alertId: true, channel: true, notice: true },
  });
  const told = rows.map(({ alertId, channel, notice }) => ({ alertId, channel, rev: revOf(notice) }));
  return Map.groupBy(told, ({ alertId }) => alertId);
}

const revOf = (notice: unknown): number =>
  typeof notice === "object" && notice !== null && "rev" in notice ? Number(notice.rev) : 0;

const callEntry = ({ alertId, ...call }: Call & { alertId: string }): [string, Call] => [alertId, call];

/** Keeps how far those who are told of alerts have been told. */
async function keepCalls(
  tx: Transaction,
  planned: readonly { readonly alertId: string; readonly call: Call | null }[],
): Promise<void> {
  await tx.alertCall.deleteMany({ where: { alertId: { in: planned.map(({ alertId }) => alertId) } } });
  const data = planned.flatMap(({ alertId, call }) => (call === null ? [] : [{ alertId, ...call }]));
  await tx.alertCall.createMany({ data });
}

/** Begins policies; one that rests goes on with the step to which it had come. */
async function begin(
  { tx, channels, now }: Round,
  alertId: string,
  policies: readonly string[],
): Promise<void> {
  if (policies.length === 0) return;
  for (const name of policies) {
    const policy = channels.policies.find((one) => one.name === name);
    const first = policy === undefined ? null : policyStep(policy, 0);
    if (first === null) continue;
    const dueAt = new Date(now.getTime() + first.afterMs);
    await tx.alertEscalation.createMany({
      data: [{ alertId, policy: name, step: 0, dueAt }],
      skipDuplicates: true,
    });
  }
  await tx.alertEscalation.updateMany({
    where: { alertId, policy: { in: [...policies] }, dueAt: null },
    data: { dueAt: now },
  });
}

async function takeStep(round: Round, step: AlertEscalation, alert: Alert, rule: AlertRule): Promise<void> {
  const { tx, channels, windows, now } = round;
  const policy = channels.policies.find(({ name }) => name === step.policy);
  const present = policy === undefined ? null : policyStep(policy, step.step);
  if (policy === undefined || present === null || !calls(alert)) return await endStep(tx, step);
  const where = { alertId_policy: { alertId: step.alertId, policy: step.policy } };
  const until = heldUntil(windows, alert, now.getTime());
  if (!alert.active || until !== null) {
    const dueAt = until === null ? null : new Date(until);
    await tx.alertEscalation.update({ where, data: { dueAt } });
    return;
  }
  const called = channelsBehind(channels, present.tell, now.getTime()).filter(({ tells }) =>
    tells.includes("call"),
  );
  await tell(
    round,
    alert,
    rule,
    "call",
    called.map(({ name }) => name),
    step.step,
  );
  const next = policyStep(policy, step.step + 1);
  if (next === null) return await endStep(tx, step);
  const dueAt = new Date(now.getTime() + next.afterMs - present.afterMs);
  await tx.alertEscalation.update({ where, data: { step: step.step + 1, dueAt } });
}

async function endStep(tx: Transaction, { alertId, policy }: AlertEscalation): Promise<void> {
  await tx.alertEscalation.deleteMany({ where: { alertId, policy } });
}

async function tell(
  { tx, windows, now }: Round,
  alert: Alert,
  rule: AlertRule,
  kind: NoticeKind,
  names: readonly string[],
  step: number,
): Promise<void> {
  if (names.length === 0) return;
  const notice = { ...noticeOf(alert, kind, rule), step };
  const until = heldUntil(windows, alert, now.getTime());
  const data = names.map((name) => deliveryRow(notice, name, now.getTime(), until));
  await tx.alertDelivery.createMany({ data, skipDuplicates: true });
}
