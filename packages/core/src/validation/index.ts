export {
  type CheckedTap,
  checkSignature,
  type KnownTracker,
  type OpenedTap,
  openTap,
  type Refusal,
  type ValidationPolicy,
} from "./check-tap.ts";
export { plausible } from "./plausibility.ts";
export { segmentVerdictsSchema, type TapVerdict, tapVerdictSchema } from "./verdicts.ts";
