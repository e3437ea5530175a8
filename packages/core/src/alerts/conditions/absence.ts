import type { ConditionOf } from "../condition.ts";
import { type Evaluator, type Finding, never } from "./finding.ts";

/** `heardMs`: when a value was last known. */
export type AbsenceState = Finding & { readonly heardMs: number };

/**
 * Whether nothing has been known for `afterMs`: the one condition to which silence is an answer. Its value is how long it has been
 * silent, ms.
 */
export function absenceEvaluator({ afterMs }: ConditionOf<"absence">): Evaluator<AbsenceState> {
  const found = (breached: boolean, heardMs: number, value: number): AbsenceState => ({
    ...{ breached, known: true, value, limit: afterMs, heardMs },
    dueMs: breached ? never : heardMs + afterMs,
  });
  return {
    begin: (nowMs, wasBreached) => found(wasBreached, nowMs, 0),
    step(state, sample, nowMs) {
      if (sample !== null && sample.value !== null) return found(false, nowMs, 0);
      if (state.breached || nowMs - state.heardMs < afterMs) return state;
      return found(true, state.heardMs, nowMs - state.heardMs);
    },
  };
}
