import { z } from "zod";
import { type Colour, otherColour } from "../../kernel/index.ts";
import type { ReleasedService } from "./release.ts";
import type { ShiftPlan } from "./shift-plan.ts";

/**
 * Where a shift stands.
 * - `placing`: the new release comes up, and gets nothing yet.
 * - `routing`: it has the share of the present step, and is watched.
 * - `keeping`: it has all, and the old one stays ready.
 * - `retiring`: the old one ends what it has in hand, and then itself.
 * - `returning`: everything goes back to the old one.
 * - `clearing`: everything has; the new one ends what it has in hand, and then itself.
 */
export const shiftPhases = [
  ...(["placing", "routing", "keeping", "retiring", "promoted"] as const),
  ...(["returning", "clearing", "rolled-back"] as const),
] as const;
export type ShiftPhase = (typeof shiftPhases)[number];

export const shiftStateSchema = z.strictObject({
  phase: z.enum(shiftPhases),
  /** Index of the present share in the plan. */
  step: z.int().min(0),
  /** When phase and step began. */
  sinceEpochMs: z.int(),
  /** Since when the share is what it should be and the new release is ready for it; null while it is not. */
  routedAtEpochMs: z.int().nullable(),
  /** How often somebody else changed the share, or the new release was ready no more. */
  setbacks: z.int().min(0),
  /** Replicas of the old release when the shift began: what the whole load needs; null before the first look. */
  size: z.int().min(1).nullable(),
  /** How often replicas of the new release had been started again when it became ready. */
  restarts: z.int().min(0).nullable(),
  /** Why it stands still until a person goes on or turns back; null while it does not. */
  held: z.string().nullable(),
  /** Whether a person has said that it goes to the end without evidence. */
  isForced: z.boolean(),
  /** Why it came to this, in words. */
  why: z.string(),
});
export type ShiftState = z.infer<typeof shiftStateSchema>;

/** From one release of a service to another. */
export type Shift = {
  readonly service: ReleasedService;
  /** What runs before; null: what the installation itself brings. */
  readonly base: number | null;
  readonly release: number | null;
  /** The colour of what runs before; the new release gets the other one. */
  readonly stable: Colour;
  readonly plan: ShiftPlan;
  readonly state: ShiftState;
};

export const targetOf = ({ stable }: Pick<Shift, "stable">): Colour => otherColour(stable);

export function newShiftState(nowEpochMs: number, why: string): ShiftState {
  return {
    ...{ phase: "placing", step: 0, sinceEpochMs: nowEpochMs, routedAtEpochMs: null, setbacks: 0 },
    ...{ size: null, restarts: null, held: null, isForced: false, why },
  };
}

/** Whether nothing more will happen. */
export const isOver = ({ phase }: Pick<ShiftState, "phase">): boolean =>
  phase === "promoted" || phase === "rolled-back";

export const isReturning = ({ phase }: Pick<ShiftState, "phase">): boolean =>
  phase === "returning" || phase === "clearing" || phase === "rolled-back";

/** As it stands after `ms` in which people had stopped everything: no time of it has passed. */
export function afterStanding(state: ShiftState, ms: number): ShiftState {
  const { sinceEpochMs, routedAtEpochMs } = state;
  return {
    ...{ ...state, sinceEpochMs: sinceEpochMs + ms },
    routedAtEpochMs: routedAtEpochMs === null ? null : routedAtEpochMs + ms,
  };
}

/** The share, percent, that the new release is to have as the shift stands. */
export function wantedShare({ plan, state }: Pick<Shift, "plan" | "state">): number {
  if (state.phase === "placing" || isReturning(state)) return 0;
  return state.phase === "routing" ? (plan.steps[state.step] ?? 100) : 100;
}

/** Replicas that are enough for a share of what `size` replicas do. @param percent 0-100 */
export function replicasFor(percent: number, size: number): number {
  return percent === 0 ? 0 : Math.max(1, Math.ceil((percent * size) / 100));
}

/** One colour of a service as it stands; where there is no such workload, nothing of it does. */
export type Side = {
  readonly release: number | null;
  readonly wanted: number;
  readonly ready: number;
  /** Of all its replicas, ever. */
  readonly restarts: number;
  /** What it has in hand; null where nobody knows. */
  readonly inHand: number | null;
};

export const nothing: Side = { release: null, wanted: 0, ready: 0, restarts: 0, inHand: 0 };

/** How a look at the evidence ended. `missing`: too little to say. */
export type Verdict = { readonly is: "good" | "bad" | "missing"; readonly why: string };

/** What is seen at one moment. */
export type ShiftView = {
  readonly stable: Side;
  readonly target: Side;
  /** Of what comes anew, percent that go to the new release; null where nobody knows. */
  readonly targetPercent: number | null;
  readonly verdict: Verdict;
};

/** What is done next, on the way: at most one thing, so that each is seen to have worked before the next. */
export type ShiftAct =
  | { readonly kind: "place"; readonly colour: Colour; readonly release: number; readonly replicas: number }
  | { readonly kind: "scale"; readonly colour: Colour; readonly replicas: number }
  /** Percent of what comes anew that go to the new release. */
  | { readonly kind: "share"; readonly percent: number }
  | { readonly kind: "retire"; readonly colour: Colour };
