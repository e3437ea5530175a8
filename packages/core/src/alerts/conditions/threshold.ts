import type { ConditionOf } from "../condition.ts";
import { beyond, limitOf } from "./beyond.ts";
import { type Evaluator, type Finding, never } from "./finding.ts";

/** Whether the value is beyond a limit now: what is of nothing is not. Time alone changes nothing. */
export function thresholdEvaluator(condition: ConditionOf<"threshold">): Evaluator<Finding> {
  const isBeyond = beyond(condition.limit, condition.deadBand);
  const limit = limitOf(condition.limit);
  return {
    begin: (_, wasBreached) => ({ breached: wasBreached, known: false, value: null, limit, dueMs: never }),
    step(state, sample) {
      if (sample === null) return state;
      const { value, idle } = sample;
      if (idle) return { breached: false, known: true, value: null, limit, dueMs: never };
      if (value === null) return state.known ? { ...state, known: false } : state;
      if (state.known && value === state.value) return state;
      return { breached: isBeyond(value, state.breached), known: true, value, limit, dueMs: never };
    },
  };
}
