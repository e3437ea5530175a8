export {
  type CheckedTap,
  checkSignature,
  type KnownTracker,
  type OpenedTap,
  openTap,
  type Refusal,
  type ValidationPolicy,
} from "./check-tap.ts";
export {
  burstTaps,
  type CreditAsk,
  type CreditBucket,
  type CreditGrant,
  type CreditLimits,
  type CreditsTaken,
  freeTaps,
  grantCredits,
  refill,
  reservedTaps,
  usualTapBytes,
} from "./credits.ts";
export { plausible } from "./plausibility.ts";
export { segmentVerdictsSchema, type TapVerdict, tapVerdictSchema } from "./verdicts.ts";
