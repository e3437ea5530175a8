import { z } from "zod";
import { actorSchema } from "../kernel/index.ts";
import { kpiScopeSchema } from "../kpi/index.ts";
import { ruleId, severities } from "./rule.ts";

/**
 * The states of an alert (ANSI/ISA-18.2-2016 §5.2, IEC 62682). `normal` is the end: nothing of it is open.
 * `shelved` (by a person, for a time), `suppressed` (by design, while its cause stands) and `out-of-service` (by a person, until
 * further notice) call nobody.
 */
export const alertStates = [
  "active-unacknowledged",
  "acknowledged",
  "returned-unacknowledged",
  "shelved",
  "suppressed",
  "out-of-service",
  "normal",
] as const;

export type AlertState = (typeof alertStates)[number];

/** What can happen to an alert: with `alert.` before it, the action of its audit entry. */
export const transitionKinds = [
  "raised",
  "returned",
  "suppressed",
  "unsuppressed",
  "shelf-expired",
  "acknowledged",
  "noted",
  "shelved",
  "unshelved",
  "taken-out-of-service",
  "returned-to-service",
  "assigned",
  "unassigned",
] as const;

export type TransitionKind = (typeof transitionKinds)[number];

/** `one-shot` ends when its breach does, `timed` only with its time; both end at `untilEpochMs` at the latest. */
export const shelfModes = ["one-shot", "timed"] as const;

export type ShelfMode = (typeof shelfModes)[number];

const at = z.int();

/** One alert: a rule broken in one place, from its first raise until nothing of it is open. At most one is open for each rule and place. */
export const alertSchema = z.strictObject({
  /** UUID version 7 of when it was opened. */
  id: z.uuid(),
  ruleId,
  /** SHA-256 of the release of rules by which it was last raised, hexadecimal. */
  release: z.string().regex(/^[0-9a-f]{64}$/),
  scope: kpiScopeSchema,
  /** `scopeKey(scope)`: with the rule, what an open alert is found by. */
  scopeKey: z
    .string()
    .max(8_000)
    .regex(/^[!-~]*$/, "must be ASCII"),
  severity: z.enum(severities),
  message: z.string(),
  state: z.enum(alertStates),
  /** Grows by one with each transition, from 1. */
  rev: z.int().min(1),
  /** Whether the breach stands, as far as is known. */
  active: z.boolean(),
  /** Whether somebody is yet to say that they have seen it. */
  unacknowledged: z.boolean(),
  /** What `value`, `limit` and `peakValue` are counted in. */
  unit: z.string(),
  /** When last raised or returned; null where there is none, as for absence. */
  value: z.number().nullable(),
  /** What `value` was held against when last raised. */
  limit: z.number().nullable(),
  /** The value farthest beyond the limit in this breach. */
  peakValue: z.number().nullable(),
  /** Alerts of one group came of one thing. */
  group: z.string().nullable(),
  /** Whether it was the first of its group (ISA-18.2 §12.2.5). */
  firstOut: z.boolean(),
  /** How often it was raised since it was opened. */
  occurrences: z.int().min(1),
  /** The revision at which it was last raised: who acts on an older one has not seen this breach. */
  raisedRev: z.int().min(1),
  openedAtEpochMs: at,
  /** Since when its breach stood: the rule's delay, at least, before it was raised. */
  breachedAtEpochMs: at,
  raisedAtEpochMs: at,
  returnedAtEpochMs: at.nullable(),
  acknowledgedAtEpochMs: at.nullable(),
  closedAtEpochMs: at.nullable(),
  changedAtEpochMs: at,
  shelf: z.strictObject({ mode: z.enum(shelfModes), sinceEpochMs: at, untilEpochMs: at }).nullable(),
  /** The alert of which it is only a consequence. */
  suppressedBy: z.strictObject({ ruleId: z.string(), scopeKey: z.string() }).nullable(),
  outOfServiceSinceEpochMs: at.nullable(),
  /** Id of the person who sees to it; null, or left out as before there were such: nobody in particular. */
  assignee: z.string().min(1).max(200).nullable().exactOptional(),
  /** The last act of a person: what the loser of a race is told. */
  lastAct: z
    .strictObject({ kind: z.enum(transitionKinds), actor: actorSchema, atEpochMs: at, rev: z.int() })
    .nullable(),
});

export type Alert = z.infer<typeof alertSchema>;

/** What the state follows from. */
type Standing = Pick<
  Alert,
  "active" | "unacknowledged" | "shelf" | "suppressedBy" | "outOfServiceSinceEpochMs"
>;

/** Whether an alert is kept from calling anybody. */
export function isHeld({ shelf, suppressedBy, outOfServiceSinceEpochMs }: Standing): boolean {
  return shelf !== null || suppressedBy !== null || outOfServiceSinceEpochMs !== null;
}

/** The one state to show. Of several holds the one that lasts longest by itself: out of service, suppressed, shelved. */
export function stateOf(standing: Standing): AlertState {
  if (standing.outOfServiceSinceEpochMs !== null) return "out-of-service";
  if (standing.suppressedBy !== null) return "suppressed";
  if (standing.shelf !== null) return "shelved";
  if (standing.active) return standing.unacknowledged ? "active-unacknowledged" : "acknowledged";
  return standing.unacknowledged ? "returned-unacknowledged" : "normal";
}

/** Whether something of it is still to be seen to. */
export const isOpen = ({ state }: Pick<Alert, "state">): boolean => state !== "normal";
