export { Balancer } from "./balancer.ts";
export { Forecaster, type ForecastStanding, stepMs as forecastStepMs } from "./forecast/forecaster.ts";
export {
  type ForecastMinute,
  type ForecastRecord,
  type ForecastTurn,
  type ForetoldService,
  forecastMinutes,
  forecastRecord,
  forecastTurnSchema,
  foretoldServices,
  turnDue,
} from "./forecast/record.ts";
export {
  ExternalScalerDefinition,
  GetMetricSpecResponse,
  GetMetricsRequest,
  GetMetricsResponse,
  IsActiveResponse,
  ScaledObjectRef,
} from "./generated/externalscaler.ts";
export { LoadBoard, type LoadEvidence, type StoreReadings } from "./load-board.ts";
export {
  balanceBehaviour,
  balancedServices,
  mostOfStage,
  policyOf,
  type ReplicaBounds,
  type ReplicaLimits,
  usualPolicy,
} from "./policies.ts";
export type { BalancePolicy } from "./policy.ts";
export { type ServiceReadings, serviceReadingsSchema } from "./readings.ts";
export {
  newScalingState,
  type ScalingBehaviour,
  type ScalingDirection,
  type ScalingRate,
  type ScalingState,
  settleScaling,
} from "./scaling/behaviour.ts";
export { Hpa, type HpaPod, type HpaSettings, hpaDefaults, hpaRecommends, hpaSyncMs } from "./scaling/hpa.ts";
export { type Comparison, compareScalers, splitTrace } from "./simulation/compare.ts";
export {
  type Scaler,
  type Seen,
  type Simulated,
  type SimulatedService,
  simulate,
} from "./simulation/fleet.ts";
export { fixedScaler, hpaScaler, oursScaler } from "./simulation/scalers.ts";
export { measuredServices } from "./simulation/services.ts";
export {
  type LoadTrace,
  makeTrace,
  parseTrace,
  type TraceParameters,
  traceParametersSchema,
} from "./simulation/trace.ts";
export { type OfferedWork, serversFor, shareThatWaits, shareThatWaitsLonger } from "./staffing.ts";
export { type ExpectedLoad, newWishState, type WishState, wishOf } from "./wish.ts";
export { type ServiceWish, serviceWishSchema, type Wishes, wishesSchema } from "./wishes.ts";
