import { type AuditEntry, entryAs, type NewAuditEntry } from "../audit/index.ts";
import type { Actor } from "../kernel/index.ts";
import { type Alert, type AlertState, stateOf, type TransitionKind } from "./alert.ts";

/** One step of an alert's life: what its audit entry says. */
export type AlertTransition = {
  readonly kind: TransitionKind;
  /** Null where the alert begins. */
  readonly from: AlertState | null;
  readonly to: AlertState;
  readonly atEpochMs: number;
  readonly actor: Actor;
  /** In the actor's words; null where the kind says it all. */
  readonly note: string | null;
};

/** The next alert, and how it came to it. */
export type AlertStep = { readonly alert: Alert; readonly transition: AlertTransition };

/** What a step changes: revision, state and times follow from it. */
export type AlertChange = Partial<
  Omit<Alert, "id" | "rev" | "state" | "changedAtEpochMs" | "closedAtEpochMs">
>;

/** What happened, beside what it changes. */
export type Happening = Omit<AlertTransition, "from" | "to">;

/** The step by which `alert` takes on `change`: one revision on. */
export function stepFrom(alert: Alert, happening: Happening, change: AlertChange): AlertStep {
  const { atEpochMs } = happening;
  const next = { ...alert, ...change, rev: alert.rev + 1, changedAtEpochMs: atEpochMs };
  const state = stateOf(next);
  const closedAtEpochMs = state === "normal" ? (alert.closedAtEpochMs ?? atEpochMs) : null;
  return {
    alert: { ...next, state, closedAtEpochMs },
    transition: { ...happening, from: alert.state, to: state },
  };
}

/** What of each kind its audit entry is told by. */
const actionOf = {
  raised: "alert.raised",
  returned: "alert.returned",
  suppressed: "alert.suppressed",
  unsuppressed: "alert.unsuppressed",
  "shelf-expired": "alert.shelf-expired",
  acknowledged: "alert.acknowledged",
  noted: "alert.noted",
  shelved: "alert.shelved",
  unshelved: "alert.unshelved",
  "taken-out-of-service": "alert.taken-out-of-service",
  "returned-to-service": "alert.returned-to-service",
  assigned: "alert.assigned",
  unassigned: "alert.unassigned",
} as const satisfies Record<TransitionKind, AuditEntry["action"]>;

/** The audit entry of a step. @param id UUID version 7 */
export function entryOf(
  { alert, transition }: AlertStep,
  id: string,
  traceId: string | null = null,
): NewAuditEntry {
  const { kind, from, to, atEpochMs, actor, note } = transition;
  const { ruleId, scopeKey, severity, rev, value, limit, release, shelf, suppressedBy, assignee } = alert;
  const why = {
    ...(value === null ? {} : { value }),
    ...(limit === null ? {} : { limit }),
    ...(kind === "raised" ? { release } : {}),
    ...(kind === "assigned" && assignee ? { assignee } : {}),
    ...(shelf === null ? {} : { shelfMode: shelf.mode, shelfUntilEpochMs: shelf.untilEpochMs }),
    ...(suppressedBy === null ? {} : { suppressedBy: `${suppressedBy.ruleId} ${suppressedBy.scopeKey}` }),
  };
  return entryAs(id, atEpochMs, {
    ...{ actor, reason: note, traceId, action: actionOf[kind], subject: `alert/${alert.id}` },
    ...{ facts: { rule: ruleId, scope: scopeKey, severity, rev, ...why } },
    ...(from === null ? {} : { before: { state: from } }),
    after: { state: to },
  });
}
