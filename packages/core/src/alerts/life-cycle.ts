import type { Actor } from "../kernel/index.ts";
import { scopeKey } from "../kpi/index.ts";
import { type Alert, isHeld, isOpen, stateOf } from "./alert.ts";
import { type AlertChange, type AlertStep, stepFrom } from "./transition.ts";

/** What begins an alert, or brings it back: everything that only the rule knows. */
export type Raise = Pick<
  Alert,
  | "ruleId"
  | "release"
  | "scope"
  | "severity"
  | "message"
  | "unit"
  | "value"
  | "limit"
  | "group"
  | "firstOut"
  | "suppressedBy"
  | "breachedAtEpochMs"
>;

/** What the watch says of one rule in one place. */
export type AlertEvent =
  | ({ readonly kind: "raise" } & Raise)
  | {
      readonly kind: "clear";
      readonly value: number | null;
      readonly peakValue: number | null;
      /** Why it is over though no value says so, such as a rule that is gone; else null. */
      readonly note: string | null;
      /** The breach that is over, by `Alert.breachedAtEpochMs`; left out: the one that stands. */
      readonly ofBreachAtEpochMs?: number;
    }
  | {
      readonly kind: "suppress";
      readonly suppressedBy: NonNullable<Alert["suppressedBy"]>;
      /** That of the cause; left out by watches of before: it stays in its own. */
      readonly group?: string;
    }
  | { readonly kind: "unsuppress" }
  /** Somebody looked at the clock: ends a shelf whose time is over. */
  | { readonly kind: "tick" };

/** By whom and when an event comes. `atEpochMs`: wall clock. */
export type EventContext = { readonly atEpochMs: number; readonly actor: Actor };

/** A clock that was put back by more than this says nothing of how long a shelf has stood: it ends, ms. */
const clockSlackMs = 60_000;

/** The first step of a new alert. @param id UUID version 7 */
export function openAlert(id: string, raise: Raise, { atEpochMs, actor }: EventContext): AlertStep {
  const standing = {
    active: true,
    unacknowledged: raise.suppressedBy === null,
    shelf: null,
    suppressedBy: raise.suppressedBy,
    outOfServiceSinceEpochMs: null,
  };
  const state = stateOf(standing);
  const alert: Alert = {
    ...{
      id,
      ruleId: raise.ruleId,
      release: raise.release,
      scope: raise.scope,
      scopeKey: scopeKey(raise.scope),
    },
    ...{
      severity: raise.severity,
      message: raise.message,
      unit: raise.unit,
      value: raise.value,
      limit: raise.limit,
    },
    ...{ peakValue: raise.value, group: raise.group, firstOut: raise.firstOut, ...standing },
    ...{ state, rev: 1, occurrences: 1, raisedRev: 1, lastAct: null },
    ...{
      openedAtEpochMs: atEpochMs,
      breachedAtEpochMs: raise.breachedAtEpochMs,
      raisedAtEpochMs: atEpochMs,
      changedAtEpochMs: atEpochMs,
    },
    ...{ returnedAtEpochMs: null, acknowledgedAtEpochMs: null, closedAtEpochMs: null },
  };
  return {
    alert,
    transition: { kind: "raised", from: null, to: state, atEpochMs, actor, note: null },
  };
}

/**
 * The step that an event makes; null where it says nothing new: a breach raised again while it stands, one cleared that
 * was over. So events may come twice, and those of a watch that was away may be told anew.
 */
export function applyEvent(alert: Alert, event: AlertEvent, context: EventContext): AlertStep | null {
  if (!isOpen(alert)) return null;
  switch (event.kind) {
    case "raise":
      // The same breach, told anew by a watch that does not know that it is over.
      if (alert.active || event.breachedAtEpochMs === alert.breachedAtEpochMs) return null;
      return raiseAgain(alert, event, context);
    case "clear":
      if (!alert.active || (event.ofBreachAtEpochMs ?? alert.breachedAtEpochMs) !== alert.breachedAtEpochMs)
        return null;
      return clear(alert, event, context);
    case "suppress":
      if (isSame(alert.suppressedBy, event.suppressedBy)) return null;
      return step(alert, context, "suppressed", {
        suppressedBy: event.suppressedBy,
        // It is of its cause's group, and what another one explains is never the first.
        group: event.group ?? alert.group,
        firstOut: false,
      });
    case "unsuppress":
      if (alert.suppressedBy === null) return null;
      return step(alert, context, "unsuppressed", letGo(alert, { suppressedBy: null }));
    case "tick":
      if (!shelfIsOver(alert, context.atEpochMs)) return null;
      return step(alert, context, "shelf-expired", letGo(alert, { shelf: null }));
  }
}

/** Whether the alert lies on a shelf whose time is over, or began in what the clock says is the future. */
export function shelfIsOver({ shelf }: Pick<Alert, "shelf">, nowEpochMs: number): boolean {
  if (shelf === null) return false;
  return nowEpochMs >= shelf.untilEpochMs || nowEpochMs < shelf.sinceEpochMs - clockSlackMs;
}

/** What the end of a hold changes: where it was the last one, a breach that stands calls for somebody anew. */
export function letGo(
  alert: Alert,
  end: Pick<AlertChange, "shelf" | "suppressedBy" | "outOfServiceSinceEpochMs">,
): AlertChange {
  const calls = alert.active && !isHeld({ ...alert, ...end });
  return { ...end, unacknowledged: calls || alert.unacknowledged };
}

function isSame(cause: Alert["suppressedBy"], other: NonNullable<Alert["suppressedBy"]>): boolean {
  return cause?.ruleId === other.ruleId && cause.scopeKey === other.scopeKey;
}

function raiseAgain(alert: Alert, raise: Raise, context: EventContext): AlertStep {
  const { release, severity, message, unit, value, limit, group, firstOut, suppressedBy } = raise;
  const held = isHeld({ ...alert, suppressedBy });
  return step(alert, context, "raised", {
    ...{ release, severity, message, unit, value, limit, peakValue: value, group, firstOut, suppressedBy },
    breachedAtEpochMs: raise.breachedAtEpochMs,
    active: true,
    unacknowledged: alert.unacknowledged || !held,
    occurrences: alert.occurrences + 1,
    ...{ raisedRev: alert.rev + 1, raisedAtEpochMs: context.atEpochMs },
    ...{ returnedAtEpochMs: null, acknowledgedAtEpochMs: null },
  });
}

function clear(alert: Alert, event: AlertEvent & { kind: "clear" }, context: EventContext): AlertStep {
  return step(
    alert,
    context,
    "returned",
    {
      ...{ active: false, value: event.value, peakValue: event.peakValue ?? alert.peakValue },
      returnedAtEpochMs: context.atEpochMs,
      // What is over is nobody's consequence any more.
      suppressedBy: null,
      ...(alert.shelf?.mode === "one-shot" ? { shelf: null } : {}),
    },
    event.note,
  );
}

function step(
  alert: Alert,
  { atEpochMs, actor }: EventContext,
  kind: AlertStep["transition"]["kind"],
  change: AlertChange,
  note: string | null = null,
): AlertStep {
  return stepFrom(alert, { kind, atEpochMs, actor, note }, change);
}
