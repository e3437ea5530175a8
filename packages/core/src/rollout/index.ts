export { effectOf, type FleetEffect } from "./effect.ts";
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
} from "./fleet-state.ts";
export { type HealthLimits, type RingHealth, ringHealth, type Trouble, troubles } from "./ring-health.ts";
export { abortRollout, advanceRollout, haltRollout, resumeRollout, startRollout } from "./steps.ts";
export { type Wanted, wantedOf } from "./wanted.ts";
