import type { KpiScope } from "../../kpi/index.ts";
import { type Alert, isHeld } from "../alert.ts";
import type { RuleFault } from "../lint.ts";
import type { AlertRule } from "../rule.ts";
import { type AlertChannels, channelsBehind } from "./document.ts";
import type { AlertNotice, NoticeKind } from "./notice.ts";

/** How far those who are told of an alert have been told. */
export type Call = {
  /** The revision of the alert at which it began to call. */
  readonly rev: number;
  /** Nobody need be called any more: somebody acknowledged, or put it aside. */
  readonly ended: boolean;
  /** Whether it was told that the breach is over. */
  readonly over: boolean;
};

export type Telling = {
  readonly kind: Exclude<NoticeKind, "test" | "more">;
  readonly channels: readonly string[];
};

export type DeliveryPlan = {
  /** In the order in which it is to be heard. */
  readonly tell: readonly Telling[];
  /** Policies that begin, or go on where they wait. */
  readonly policies: readonly string[];
  /** As it stands then; null once there is nothing more to tell. */
  readonly call: Call | null;
};

type Told = {
  /** As it stood before; null where the alert calls for the first time, or all was told. */
  readonly call: Call | null;
  /** Channels that were told of that call. */
  readonly channels: readonly string[];
};

/** Names that a rule's routing has for an alert of this scope, each once. */
export function routeNames({ routing }: Pick<AlertRule, "routing">, { site }: KpiScope): string[] {
  const fitting = routing.filter(
    ({ sites }) => sites === undefined || (site !== undefined && sites.includes(site)),
  );
  return [...new Set(fitting.flatMap(({ channels }) => channels))];
}

/** Those among them that the document does not know: a rule that tells nobody where somebody is meant. */
export function unknownRoutes(
  { channels, schedules, policies }: AlertChannels,
  names: readonly string[],
): string[] {
  const known = new Set([...channels, ...schedules, ...policies].map(({ name }) => name));
  return names.filter((name) => !known.has(name));
}

/** What of rules' routing leads nowhere by this document, rule by rule: they would tell nobody where somebody is meant. */
export function routingFaults(
  rules: readonly Pick<AlertRule, "id" | "routing">[],
  document: AlertChannels,
): RuleFault[] {
  return rules.flatMap(({ id, routing }) => {
    const named = new Set(routing.flatMap(({ channels }) => channels));
    return unknownRoutes(document, [...named]).map((name) => ({
      place: `rules.${id}.routing`,
      fault: `there is no channel, schedule or policy ${name}`,
    }));
  });
}

/** Channels that no rule leads to, by a schedule or a policy neither: nobody is told anything by them. */
export function idleChannels(
  rules: readonly Pick<AlertRule, "routing">[],
  { channels, schedules, policies }: AlertChannels,
): string[] {
  const reached = new Set(rules.flatMap(({ routing }) => routing.flatMap((route) => route.channels)));
  const pass = (from: string, to: readonly string[]) => {
    if (reached.has(from)) for (const name of to) reached.add(name);
  };
  // Policies first: they lead to schedules, too.
  for (const { name, steps } of policies)
    pass(
      name,
      steps.flatMap(({ tell }) => tell),
    );
  for (const { name, shifts, otherwise } of schedules)
    pass(name, [...shifts.flatMap(({ tell }) => tell), ...otherwise]);
  return channels.map(({ name }) => name).filter((name) => !reached.has(name));
}

/**
 * Whom to tell what of an alert as it stands: not of each step, so that several steps at once are told as one. That it was acknowledged,
 * or is over, is told to those who were told that it calls, and to nobody else.
 */
export function planDeliveries(
  alert: Alert,
  names: readonly string[],
  document: AlertChannels,
  told: Told,
  nowEpochMs: number,
): DeliveryPlan {
  const calls = alert.unacknowledged && !isHeld(alert);
  // One that was held back for a time calls anew only while its breach stands.
  const isLetGo = told.call?.ended === true && alert.active;
  const begins = calls && (told.call === null || isLetGo || alert.raisedRev > told.call.rev);
  const call = begins ? { rev: alert.rev, ended: false, over: false } : told.call;
  if (call === null) return { tell: [], policies: [], call };
  const called = begins ? channelsBehind(document, names, nowEpochMs).map(({ name }) => name) : told.channels;
  const isOver = !alert.active && !call.over;
  const ends = !calls && !call.ended;
  // An act of before says nothing of one that is held back while it calls anew.
  const isSeen = ends && !alert.unacknowledged && alert.lastAct?.kind === "acknowledged";
  const kinds: Telling["kind"][] = [
    ...(begins ? ["call" as const] : []),
    ...(isOver ? ["over" as const] : []),
    ...(isSeen ? ["acknowledged" as const] : []),
  ];
  const next = { ...call, ended: !calls, over: call.over || !alert.active };
  return {
    tell: kinds.map((kind) => ({ kind, channels: who(document, called, kind) })),
    policies: begins ? names.filter((name) => document.policies.some((one) => one.name === name)) : [],
    call: next.ended && next.over ? null : next,
  };
}

/** Those of them that want to hear such things. */
function who({ channels }: AlertChannels, names: readonly string[], kind: Telling["kind"]): string[] {
  const fitting = channels.filter(({ name, tells }) => names.includes(name) && tells.includes(kind));
  return fitting.map(({ name }) => name);
}

/** What a message says of an alert. */
export function noticeOf(
  alert: Alert,
  kind: NoticeKind,
  { card, runbook }: Pick<AlertRule, "card" | "runbook">,
): AlertNotice {
  const { rev, ruleId, severity, message, scope, value, limit, unit, breachedAtEpochMs, raisedAtEpochMs } =
    alert;
  return {
    ...{ kind, alertId: alert.id, rev, ruleId, severity, message, scope, value, limit, unit },
    ...{
      action: card.action,
      runbook,
      breachedAtEpochMs,
      raisedAtEpochMs,
      atEpochMs: alert.changedAtEpochMs,
    },
    by: kind === "acknowledged" ? (alert.lastAct?.actor.id ?? null) : null,
    step: 0,
  };
}
