export { type DecisionFilter, type DecisionPage, NoopsDesk, type NoopsStanding } from "./noops-desk.ts";
export { type LeaseListing, leaseCheck, NoopsLease } from "./noops-lease.ts";
export { type ActEnd, NoopsLog } from "./noops-log.ts";
export {
  assertNoopsRulesAbove,
  NoopsRulesDesk,
  type NoopsRulesListing,
  type ReleasedNoopsRules,
} from "./noops-rules-desk.ts";
