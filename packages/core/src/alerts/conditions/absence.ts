import type { ConditionOf } from "../condition.ts";
import { type Evaluator, type Finding, never } from "./finding.ts";

/** `silentSinceMs`: since when nobody knows the value; null: it is known, and stands. */
export type AbsenceState = Finding & { readonly silentSinceMs: number | null };

/**
 * Whether nobody has known the value for `afterMs`: the one condition to which silence is an answer. Its value is how long that has
 * been so, ms. A value that is known stands: figures that do not change are not told again.
 */
export function absenceEvaluator({ afterMs }: ConditionOf<"absence">): Evaluator<AbsenceState> {
  const found = (breached: boolean, silentSinceMs: number | null, value: number): AbsenceState => ({
    ...{ breached, known: true, value, limit: afterMs, silentSinceMs },
    dueMs: breached || silentSinceMs === null ? never : silentSinceMs + afterMs,
  });
  return {
    begin: (nowMs, wasBreached) => found(wasBreached, nowMs, 0),
    step(state, sample, nowMs) {
      if (sample !== null && sample.value !== null)
        return state.silentSinceMs === null ? state : found(false, null, 0);
      if (sample === null && state.silentSinceMs === null) return state;
      const sinceMs = state.silentSinceMs ?? nowMs;
      if (!state.breached && nowMs - sinceMs >= afterMs) return found(true, sinceMs, nowMs - sinceMs);
      return state.silentSinceMs === null ? found(false, sinceMs, 0) : state;
    },
  };
}
