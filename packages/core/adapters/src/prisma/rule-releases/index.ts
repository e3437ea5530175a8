export {
  type RuleReleaseListing,
  type RuleReleases,
  RuleReleasesDesk,
  type RuleReturn,
  type RuleTeller,
} from "./rule-releases-desk.ts";
