export { type HouseAct, isHouseAct, type NoopsAct, noopsActSchema, subjectOf, wordsOf } from "./act.ts";
export { actStateOf } from "./act-state.ts";
export {
  type ActTerms,
  type Actuator,
  type Landscape,
  landscapeSchema,
  type Replica,
  replicaStates,
  type Workload,
} from "./actuator.ts";
export {
  type ActuatorAct,
  actuatorActSchema,
  isMeshAct,
  type MeshAct,
  mostReplicas,
  type ReleaseSpec,
  releaseSpecSchema,
  settingsOf,
} from "./actuator-act.ts";
export { Decider, type Snapshot, type Verdict } from "./decider.ts";
export {
  type ActState,
  type ConditionState,
  conditionStates,
  type Decision,
  type DecisionState,
  decisionSchema,
  decisionStates,
  type EvidenceRead,
  evidenceReadSchema,
  type GuardName,
  type GuardVerdict,
  guardNames,
} from "./decision.ts";
export { defaultNoopsRules } from "./default-rules.ts";
export { draftOf, gistOf } from "./draft.ts";
export {
  type Evidence,
  type EvidenceReading,
  type EvidenceSubject,
  type EvidenceValue,
  evidenceFields,
  evidenceName,
} from "./evidence.ts";
export { Expression, type Judged } from "./expression.ts";
export { askGuards, type GuardFacts, guardsOfPeople } from "./guards.ts";
export {
  type PlacedReplica,
  readyOf,
  replicasOf,
  servingWorkload,
  setReplicas,
  workloadOf,
} from "./landscape.ts";
export { shippedAlerts, unknownAlerts, whyNotArmed } from "./lint.ts";
export {
  type ActRequest,
  actAnswerSchema,
  actRefusalSchema,
  actRequestSchema,
  type HaltRequest,
  haltRequestSchema,
} from "./local-control.ts";
export { MemoryTrend } from "./memory-trend.ts";
export { type MeshSetting, type MeshState, meshLimits, meshSettings } from "./mesh-settings.ts";
export { clocksNamed, subjectsNamed } from "./named-evidence.ts";
export { type Observed, observe } from "./observe.ts";
export { noopsTestsSchema, runNoopsTest } from "./recorded-test.ts";
export { actRefused, type RefusalKind, refusalKinds, refusalOf } from "./refusal.ts";
export {
  type NoopsRuleFault,
  type NoopsRuleSetId,
  noopsRuleChanges,
  noopsRuleSetIdOf,
  parseNoopsRules,
  readNoopsRules,
} from "./release.ts";
export {
  type ActSpec,
  type NoopsRule,
  type NoopsRules,
  noopsRuleSchema,
  noopsRulesFormat,
  noopsRulesSchema,
  noopsServices,
  type RuleMode,
  type RuleScope,
  ruleModes,
} from "./rule.ts";
export { ruledScaler } from "./ruled-scaler.ts";
export { armedBy, formOf, modeOf, type NoopsSwitches, noSwitches, type SetByPerson } from "./switches.ts";
export { canBeUndone, changedBy, changesSince, undoOf } from "./undo.ts";
export {
  serviceWordSchema,
  type WorkloadName,
  workloadNameSchema,
  workloadText,
} from "./workload-name.ts";
