import type { Condition } from "../condition.ts";
import { absenceEvaluator } from "./absence.ts";
import { anomalyEvaluator } from "./anomaly.ts";
import { burnRateEvaluator } from "./burn-rate.ts";
import type { Evaluator, Finding } from "./finding.ts";
import { rateOfChangeEvaluator } from "./rate-of-change.ts";
import { thresholdEvaluator } from "./threshold.ts";

/** The condition at work. A state that it made is for it alone. */
export function evaluatorOf(condition: Condition): Evaluator<Finding> {
  return evaluators(condition) as Evaluator<Finding>;
}

function evaluators(condition: Condition): unknown {
  switch (condition.kind) {
    case "threshold":
      return thresholdEvaluator(condition);
    case "absence":
      return absenceEvaluator(condition);
    case "rate-of-change":
      return rateOfChangeEvaluator(condition);
    case "burn-rate":
      return burnRateEvaluator(condition);
    case "anomaly":
      return anomalyEvaluator(condition);
  }
}
