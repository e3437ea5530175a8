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
