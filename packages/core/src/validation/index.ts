export {
  type CheckedTap,
  checkSignature,
  type KnownTracker,
  type OpenedTap,
  openTap,
  type Refusal,
  type TapFacts,
} from "./check-tap.ts";
export {
  burstTaps,
  type CreditAsk,
  type CreditBucket,
  type CreditGrant,
  type CreditLimits,
  type CreditStanding,
  type CreditsTaken,
  freeTaps,
  grantCredits,
  refill,
  reservedTaps,
  usualTapBytes,
} from "./credits.ts";
export { afterQuota, duplicatesCount, isKeptWhole, refusedCount } from "./refused-quota.ts";
export {
  defaultRules,
  type RulesRelease,
  type TrackerRate,
  type ValidationRules,
  validationRuleChanges,
  validationRulesSchema,
} from "./rules.ts";
export { segmentVerdictsSchema, type TapVerdict, tapVerdictSchema } from "./verdicts.ts";
