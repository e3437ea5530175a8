import { type Actor, TaplineError } from "../kernel/index.ts";
import { type Alert, isOpen, type ShelfMode, type TransitionKind } from "./alert.ts";
import { letGo } from "./life-cycle.ts";
import { type AlertChange, type AlertStep, stepFrom } from "./transition.ts";

/** What a person does to an alert. Notes are in their own words. */
export type AlertAct =
  | { readonly kind: "acknowledge"; readonly note: string | null }
  | {
      readonly kind: "shelve";
      readonly mode: ShelfMode;
      readonly untilEpochMs: number;
      readonly note: string;
    }
  | { readonly kind: "unshelve"; readonly note: string }
  | { readonly kind: "take-out-of-service"; readonly note: string }
  | { readonly kind: "return-to-service"; readonly note: string }
  /** `to`: id of the person who is to see to it; null: nobody in particular any more. */
  | { readonly kind: "assign"; readonly to: string | null; readonly note: string | null }
  | { readonly kind: "note"; readonly note: string };

/** Who acts, when, and which revision of the alert they had before their eyes. */
export type ActContext = { readonly atEpochMs: number; readonly actor: Actor; readonly seenRev: number };

/** Why an act is refused: the name to branch on, in the fact `refusal`. */
export const actRefusals = [
  "acted-on-since",
  "raised-since",
  "closed",
  "nothing-to-acknowledge",
  "not-shelved",
  "in-service",
  "out-of-service",
  "assigned-so",
] as const;

export type ActRefusal = (typeof actRefusals)[number];

/** No alert lies on the shelf for longer, ms: 7 days. What is to rest longer is taken out of service. */
export const maxShelfMs = 7 * 24 * 3_600_000;

/**
 * The step that a person's act makes. Notes change nothing for others and so are refused to nobody; for the rest, who acts on an
 * older picture than the last act of a person, or than the last raise, is refused. What the watch did otherwise
 * meanwhile (a return, a suppression) does not stand in the way.
 * @throws TaplineError `conflict` with the fact `refusal`, and who did what when; `invalid-input` for a shelf that cannot be
 */
export function applyAct(alert: Alert, act: AlertAct, context: ActContext): AlertStep {
  if (act.kind === "note") return step(alert, act, context, "noted", {});
  assertSeen(alert, context.seenRev);
  if (!isOpen(alert)) throw refusal(alert, "closed", "is closed");
  switch (act.kind) {
    case "acknowledge":
      if (!alert.unacknowledged) throw refusal(alert, "nothing-to-acknowledge", "calls for nobody");
      return step(alert, act, context, "acknowledged", {
        unacknowledged: false,
        acknowledgedAtEpochMs: context.atEpochMs,
      });
    case "shelve":
      return shelve(alert, act, context);
    case "unshelve":
      if (alert.shelf === null) throw refusal(alert, "not-shelved", "is not shelved");
      return step(alert, act, context, "unshelved", letGo(alert, { shelf: null }));
    case "take-out-of-service":
      if (alert.outOfServiceSinceEpochMs !== null)
        throw refusal(alert, "out-of-service", "is out of service already");
      return step(alert, act, context, "taken-out-of-service", {
        ...{ outOfServiceSinceEpochMs: context.atEpochMs, shelf: null, unacknowledged: false },
      });
    case "return-to-service":
      if (alert.outOfServiceSinceEpochMs === null) throw refusal(alert, "in-service", "is in service");
      return step(
        alert,
        act,
        context,
        "returned-to-service",
        letGo(alert, { outOfServiceSinceEpochMs: null }),
      );
    case "assign":
      if ((alert.assignee ?? null) === act.to)
        throw refusal(alert, "assigned-so", act.to === null ? "is assigned to nobody" : "is theirs already");
      return step(alert, act, context, act.to === null ? "unassigned" : "assigned", { assignee: act.to });
  }
}

/** Shelving again moves the end. Who shelves has seen it: nothing is left to acknowledge. */
function shelve(alert: Alert, act: AlertAct & { kind: "shelve" }, context: ActContext): AlertStep {
  const { mode, untilEpochMs } = act;
  const forMs = untilEpochMs - context.atEpochMs;
  if (forMs <= 0 || forMs > maxShelfMs)
    throw new TaplineError("invalid-input", "an alert is shelved until some time in the next 7 days", {
      remedy: "name a time in the next 7 days, or take the alert out of service",
    });
  if (alert.outOfServiceSinceEpochMs !== null)
    throw refusal(alert, "out-of-service", "is out of service, and needs no shelf");
  return step(alert, act, context, "shelved", {
    ...{ shelf: { mode, sinceEpochMs: context.atEpochMs, untilEpochMs }, unacknowledged: false },
  });
}

/** Who has not seen the last act of a person, or the last raise, may want something else by now. */
function assertSeen(alert: Alert, seenRev: number): void {
  const { lastAct } = alert;
  if (lastAct !== null && lastAct.rev > seenRev && lastAct.rev > alert.raisedRev)
    throw refusal(alert, "acted-on-since", `has changed since you looked: ${lastActOf(lastAct)}`);
  if (alert.raisedRev > seenRev)
    throw refusal(alert, "raised-since", `was raised again at ${isoOf(alert.raisedAtEpochMs)}`);
  if (seenRev > alert.rev)
    throw new TaplineError("invalid-input", `alert ${alert.id} has no revision ${seenRev} yet`);
}

function refusal(alert: Alert, name: ActRefusal, what: string): TaplineError {
  const { lastAct } = alert;
  const told = name === "acted-on-since" || lastAct === null ? "" : `; last act: ${lastActOf(lastAct)}`;
  return new TaplineError("conflict", `alert ${alert.id} ${what}${told}`, {
    remedy: "look at it as it is now, and decide anew",
    facts: {
      ...{ refusal: name, rev: alert.rev, state: alert.state },
      ...(lastAct === null
        ? {}
        : { lastAct: lastAct.kind, by: lastAct.actor.id, atEpochMs: lastAct.atEpochMs }),
    },
  });
}

function lastActOf({ kind, actor, atEpochMs }: NonNullable<Alert["lastAct"]>): string {
  return `${kind.replaceAll("-", " ")} by ${actor.kind} ${actor.id} at ${isoOf(atEpochMs)}`;
}

const isoOf = (epochMs: number): string => new Date(epochMs).toISOString();

function step(
  alert: Alert,
  { note }: AlertAct,
  { atEpochMs, actor }: ActContext,
  kind: TransitionKind,
  change: AlertChange,
): AlertStep {
  const lastAct = kind === "noted" ? alert.lastAct : { kind, actor, atEpochMs, rev: alert.rev + 1 };
  return stepFrom(alert, { kind, atEpochMs, actor, note }, { ...change, lastAct });
}
