export { type Condition, type ConditionKind, type ConditionOf, conditionSchema } from "./condition.ts";
export { lintRules, type RuleFault } from "./lint.ts";
export { type MessageFacts, messageOfAlert, unknownPlaceholders } from "./message.ts";
export {
  type AlertRuleReleaseId,
  parseAlertRules,
  readAlertRules,
  releaseIdOf,
} from "./release.ts";
export {
  type AlertRule,
  type AlertRules,
  alertRuleSchema,
  alertRulesFormat,
  alertRulesSchema,
  cardSchema,
  dimensionsOf,
  type RationalisationCard,
  type Severity,
  severities,
} from "./rule.ts";
export type { AlertSignal, AlertSignalOf } from "./signal.ts";
