import { readFileSync } from "node:fs";
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
  noticeOf,
  planDeliveries,
  policyStep,
  routeNames,
  unknownRoutes,
} from "@tapline/core/alerts";
import type { Transaction } from "../acts.ts";
import type { AlertEscalation, Prisma, PrismaClient } from "../generated/client.ts";
import { activeChannels } from "./alert-channels-desk.ts";
import { endCalls } from "./alert-deliveries.ts";
import { windowsAt } from "./alert-maintenance.ts";
import { DispatchDraft } from "./dispatch-draft.ts";

const writeCallsSql = readFileSync(new URL("./write-alert-calls.sql", import.meta.url), "utf8");

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
    const { tx, channels, windows, now } = round;
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
    const draft = new DispatchDraft(now);
    const planned: { readonly alertId: string; readonly call: Call | null }[] = [];
    for (const alert of alerts) {
      const rule = await this.#ruleOf(tx, alert);
      if (rule === null) continue;
      const names = routeNames(rule, alert.scope);
      const call = calls.get(alert.id) ?? null;
      const since = (told.get(alert.id) ?? []).filter(({ rev }) => call !== null && rev >= call.rev);
      const before = { call, channels: since.map(({ channel }) => channel) };
      const plan = planDeliveries(alert, names, channels, before, now.getTime());
      for (const { kind, channels: tellable } of plan.tell)
        draft.tell(noticeOf(alert, kind, rule), tellable, heldUntil(windows, alert, now.getTime()));
      const begun = plan.policies.flatMap((name) => channels.policies.find((one) => one.name === name) ?? []);
      draft.begin(alert.id, begun);
      planned.push({ alertId: alert.id, call: plan.call });
      if (plan.tell.some(({ kind }) => kind === "call"))
        for (const name of unknownRoutes(channels, names)) unknown.add(name);
    }
    await draft.write(tx);
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
    const draft = new DispatchDraft(now);
    for (const step of due) {
      const alert = alerts.get(step.alertId);
      const rule = alert === undefined ? null : await this.#ruleOf(tx, alert);
      draft.take(
        step,
        alert === undefined || rule === null ? null : takeStep(round, draft, step, alert, rule),
      );
    }
    await draft.write(tx);
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
    const moot: string[] = [];
    /** By until when they are held on; null: they are not. */
    const held = new Map<number | null, string[]>();
    for (const { id, alertId, kind } of due) {
      const alert = alerts.get(alertId);
      const stands = alert !== undefined && (kind !== "call" || (alert.active && calls(alert)));
      const until = stands ? heldUntil(windows, alert, now.getTime()) : null;
      if (stands) held.set(until, [...(held.get(until) ?? []), id]);
      else moot.push(id);
    }
    const change = async (ids: string[], data: Prisma.AlertDeliveryUpdateManyMutationInput) =>
      void (await tx.alertDelivery.updateMany({ where: { id: { in: ids } }, data }));
    if (moot.length > 0) await change(moot, { state: "moot", endedAt: now });
    for (const [until, ids] of held)
      await change(ids, until === null ? { state: "waiting", dueAt: now } : { dueAt: new Date(until) });
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
  const over = planned.filter(({ call }) => call === null).map(({ alertId }) => alertId);
  if (over.length > 0) await tx.alertCall.deleteMany({ where: { alertId: { in: over } } });
  const kept = planned.flatMap(({ alertId, call }) => (call === null ? [] : [{ alertId, ...call }]));
  if (kept.length > 0) await tx.$executeRawUnsafe(writeCallsSql, JSON.stringify(kept));
}

/** Tells of a step, where it calls still. @returns what comes after it; null: nothing */
function takeStep(
  { channels, windows, now }: Round,
  draft: DispatchDraft,
  { policy: name, step }: AlertEscalation,
  alert: Alert,
  rule: AlertRule,
): Pick<AlertEscalation, "step" | "dueAt"> | null {
  const policy = channels.policies.find((one) => one.name === name);
  const present = policy === undefined ? null : policyStep(policy, step);
  if (policy === undefined || present === null || !calls(alert)) return null;
  const until = heldUntil(windows, alert, now.getTime());
  if (!alert.active || until !== null) return { step, dueAt: until === null ? null : new Date(until) };
  const called = channelsBehind(channels, present.tell, now.getTime()).filter(({ tells }) =>
    tells.includes("call"),
  );
  const names = called.map((channel) => channel.name);
  draft.tell({ ...noticeOf(alert, "call", rule), step }, names, null);
  const next = policyStep(policy, step + 1);
  if (next === null) return null;
  return { step: step + 1, dueAt: new Date(now.getTime() + next.afterMs - present.afterMs) };
}
