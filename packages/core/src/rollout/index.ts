export { effectOf, type FleetEffect } from "./fleet/effect.ts";
export {
  type AgentPlace,
  type AgentRuns,
  type FleetAgent,
  type FleetState,
  type Rollout,
  type RolloutKind,
  type RolloutState,
  rolloutKinds,
  rolloutStates,
  type Track,
} from "./fleet/fleet-state.ts";
export { healthLimits, type Patience } from "./fleet/health-limits.ts";
export {
  type HealthLimits,
  type RingHealth,
  ringHealth,
  type Trouble,
  troubles,
} from "./fleet/ring-health.ts";
export { abortRollout, advanceRollout, haltRollout, resumeRollout, startRollout } from "./fleet/steps.ts";
export { type Wanted, wantedOf } from "./fleet/wanted.ts";
export { analyse, analysisLimits, type Check } from "./release/analysis.ts";
export { type Evidence, noEvidence, sumEvidence } from "./release/evidence.ts";
export {
  madeReleaseSchema,
  mayReleaseSet,
  type ReleaseContent,
  type ReleasedService,
  releaseContentSchema,
  releasedServiceSchema,
  releasedServices,
  type ServiceRelease,
  settingsOf,
  whyNotReleasable,
} from "./release/release.ts";
export {
  afterStanding,
  isOver,
  isReturning,
  newShiftState,
  nothing,
  type Shift,
  type ShiftAct,
  type ShiftPhase,
  type ShiftState,
  type ShiftView,
  type Side,
  shiftPhases,
  shiftStateSchema,
  targetOf,
  type Verdict,
  wantedShare,
} from "./release/shift.ts";
export {
  checkedPlan,
  defaultPlan,
  returnPlan,
  type ShiftPlan,
  shiftPlanSchema,
  shiftStepsSchema,
  stepsBy,
} from "./release/shift-plan.ts";
export {
  advanceShift,
  promoteShift,
  retargetShift,
  shiftText,
  turnShiftBack,
} from "./release/shift-verbs.ts";
export { type ShiftStep, stepShift } from "./release/step-shift.ts";
export { chanceOfMore, type Proportion } from "./release/two-proportions.ts";
export {
  type AskedReturn,
  assertSeen,
  chooseReturn,
  type RuleRelease,
  type RuleStanding,
} from "./rules/choose-return.ts";
export { type RuleKind, ruleKindNames, ruleKinds } from "./rules/rule-kinds.ts";
