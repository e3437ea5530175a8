import { TaplineError } from "../../kernel/index.ts";
import { isOver, isReturning, newShiftState, type Shift, type ShiftState, wantedShare } from "./shift.ts";

/**
 * One share further, or out of a standstill, without waiting for the window's end. What is bad still turns it back.
 * @throws TaplineError `conflict` where there is no further
 */
export function advanceShift(shift: Shift, nowEpochMs: number, why: string): ShiftState {
  const state = goingOn(shift);
  const changed = { ...state, held: null, setbacks: 0, why };
  if (state.held !== null) return { ...changed, routedAtEpochMs: null, sinceEpochMs: nowEpochMs };
  if (state.phase === "keeping") return { ...changed, phase: "retiring", sinceEpochMs: nowEpochMs };
  if (state.phase !== "routing" || state.step >= shift.plan.steps.length - 1)
    throw new TaplineError("conflict", `there is no further share: the shift is ${state.phase}`, {
      remedy: "`tapline release promote` ends it without waiting",
    });
  return { ...changed, step: state.step + 1, sinceEpochMs: nowEpochMs, routedAtEpochMs: null };
}

/** To the end without waiting for windows and evidence: ready it must be all the same, and what is bad still turns it back. */
export function promoteShift(shift: Shift, nowEpochMs: number, why: string): ShiftState {
  const state = goingOn(shift);
  const last = shift.plan.steps.length - 1;
  const changed = { ...state, held: null, setbacks: 0, isForced: true, why };
  if (state.phase === "placing") return { ...changed, step: last };
  if (state.phase === "keeping") return { ...changed, phase: "retiring", sinceEpochMs: nowEpochMs };
  if (state.phase === "retiring") return changed;
  return { ...changed, phase: "routing", step: last, sinceEpochMs: nowEpochMs, routedAtEpochMs: null };
}

/** Everything back to the old release. @throws TaplineError `conflict` where that is under way or there is nothing to give back */
export function turnShiftBack(shift: Shift, nowEpochMs: number, why: string): ShiftState {
  const { state } = shift;
  assertOpen(state);
  if (isReturning(state)) throw new TaplineError("conflict", "the shift is on its way back already");
  const routedAtEpochMs = null;
  return { ...state, phase: "returning", held: null, sinceEpochMs: nowEpochMs, routedAtEpochMs, why };
}

/** Another release takes the new one's place: all of it begins anew, and nothing that was seen counts. */
export function retargetShift(shift: Shift, nowEpochMs: number, why: string): ShiftState {
  assertOpen(shift.state);
  return { ...newShiftState(nowEpochMs, why), size: shift.state.size };
}

/** What a person is told beforehand. */
export function shiftText(before: Shift, after: ShiftState): string {
  const shares = [wantedShare(before), wantedShare({ plan: before.plan, state: after })];
  return `${before.state.phase} → ${after.phase}, share of the new release ${shares.join(" → ")} %`;
}

function goingOn({ state }: Shift): ShiftState {
  assertOpen(state);
  if (isReturning(state))
    throw new TaplineError("conflict", "the shift is on its way back", {
      remedy: "wait for its end, then begin a new one",
    });
  return state;
}

function assertOpen(state: ShiftState): void {
  if (isOver(state)) throw new TaplineError("conflict", `the shift has ended: ${state.phase}`);
}
