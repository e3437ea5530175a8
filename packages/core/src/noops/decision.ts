import { z } from "zod";
import { actorSchema } from "../kernel/index.ts";
import { noopsActSchema } from "./act.ts";
import { ruleModes } from "./rule.ts";

/**
 * What became of a decision. `none`: nothing was to be done, or the evidence did not say. `dry-run`: it would have acted. `refused`: a
 * guard, or a person, said no. `waiting-approval` ends as `acting`, `refused` or `expired`; `acting` as `done` or `failed`; `done` may
 * become `undone`.
 */
export const decisionStates = [
  "none",
  "dry-run",
  "waiting-approval",
  "acting",
  "done",
  "failed",
  "undone",
  "refused",
  "expired",
] as const;

export type DecisionState = (typeof decisionStates)[number];

/**
 * What a rule's evidence says: `breached` (`when` holds), `clear` (`clearWhen` holds), `between` (neither does), or `held`: it is
 * missing, too old, or says neither yes nor no.
 */
export const conditionStates = ["breached", "clear", "between", "held"] as const;

export type ConditionState = (typeof conditionStates)[number];

export const evidenceReadSchema = z.strictObject({
  /** As the rule writes it: `service("validation").p99Ms`. */
  name: z.string(),
  /** null: nobody knows it. */
  value: z.union([z.number(), z.string(), z.boolean()]).nullable(),
  /** When the decision was made; null where there was nothing. */
  ageMs: z.number().nullable(),
  /** Why it does not count; null where it does. */
  fault: z.string().nullable(),
});

/** One thing that a rule looked at. */
export type EvidenceRead = z.infer<typeof evidenceReadSchema>;

/** In the order in which they are asked. */
export const guardNames = [
  "kill-switch",
  "pause",
  "lock",
  "cool-down",
  "last-ready",
  "held",
  "one-at-a-time",
  "per-hour",
  "budget",
] as const;

export type GuardName = (typeof guardNames)[number];

export const guardVerdictSchema = z.strictObject({
  guard: z.enum(guardNames),
  passed: z.boolean(),
  /** Why, in a sentence; "" where there is nothing to say. */
  says: z.string(),
});

export type GuardVerdict = z.infer<typeof guardVerdictSchema>;

const epochMs = z.int();
/** Parts of what an act changed, as it was or is; null where it had none. */
const stateSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).nullable());

export type ActState = z.infer<typeof stateSchema>;

export const personsWordSchema = z.strictObject({
  is: z.enum(["approved", "denied", "asked"]),
  by: actorSchema,
  reason: z.string().nullable(),
  atEpochMs: epochMs,
});

/** One entry of the flight recorder: what was known, what was decided, and what came of it. */
export const decisionSchema = z.strictObject({
  id: z.uuid(),
  ruleId: z.string(),
  /** Release of the rules that it was made by. */
  ruleSet: z.strictObject({ version: z.int(), sha256: z.string() }),
  /** What the rule looked at, as its `per` splits; "" = the installation. */
  target: z.string(),
  atEpochMs: epochMs,
  /** The last time that the same was decided again, and how often so far. */
  lastAtEpochMs: epochMs,
  times: z.int().min(1),
  /** The rule's, as it counted then. */
  mode: z.enum(ruleModes),
  state: z.enum(decisionStates),
  condition: z.enum(conditionStates),
  /** Why, in a sentence. */
  says: z.string(),
  evidence: z.array(evidenceReadSchema),
  guards: z.array(guardVerdictSchema),
  /** What was done, or would have been; null where the rule wanted nothing. */
  act: noopsActSchema.nullable(),
  /** The act in words; for `dry-run` that is what would have been done. */
  preview: z.string().nullable(),
  /** Of what the act changed; null before it began, or ended. */
  before: stateSchema.nullable(),
  after: stateSchema.nullable(),
  /** Up to when it can be undone; null: it cannot. */
  undoUntilEpochMs: epochMs.nullable(),
  /** The decision that this one undoes. */
  undoes: z.uuid().nullable(),
  undoneBy: z.uuid().nullable(),
  /** An approval that has not come by then comes too late. */
  expiresAtEpochMs: epochMs.nullable(),
  /** What a person said to it: approved or denied it, or asked for it. */
  word: personsWordSchema.nullable(),
  /** Number of the lease under which it acted. */
  fence: z.int().nullable(),
  begunAtEpochMs: epochMs.nullable(),
  endedAtEpochMs: epochMs.nullable(),
  /** Why it failed. */
  error: z.string().nullable(),
});

export type Decision = z.infer<typeof decisionSchema>;
