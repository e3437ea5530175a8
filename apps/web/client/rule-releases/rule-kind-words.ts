import type { RuleKind } from "@tapline/core/rollout";
import * as strings from "../../strings/generated/client/rule-releases/rule-kind-words.ts";

/** At the head of what is told of them. */
export const ruleKindWords: Readonly<Record<RuleKind, string>> = {
  "validation-rules": strings.validationRules,
  "alert-rules": strings.alertRules,
  "alert-channels": strings.alertChannels,
  "noops-rules": strings.rulesOfNoOps,
};
