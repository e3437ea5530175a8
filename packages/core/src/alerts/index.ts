export {
  type ActContext,
  type ActRefusal,
  type AlertAct,
  actRefusals,
  applyAct,
  maxShelfMs,
} from "./acts.ts";
export {
  type Alert,
  type AlertState,
  alertSchema,
  alertStates,
  isHeld,
  isOpen,
  type ShelfMode,
  shelfModes,
  type TransitionKind,
  transitionKinds,
} from "./alert.ts";
export { type Condition, type ConditionKind, type ConditionOf, conditionSchema } from "./condition.ts";
export {
  type AlertEvent,
  applyEvent,
  type EventContext,
  openAlert,
  type Raise,
  shelfIsOver,
} from "./life-cycle.ts";
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
export type { AlertStep, AlertTransition } from "./transition.ts";
