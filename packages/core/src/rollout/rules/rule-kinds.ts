/** What validation judges by, alerts are raised and told by, and NoOps decides by: each kind is given out in releases, of which one is in force. */
export const ruleKinds = ["validation-rules", "alert-rules", "alert-channels", "noops-rules"] as const;

export type RuleKind = (typeof ruleKinds)[number];

/** In sentences: "version 3 of the … is in force". */
export const ruleKindNames: Readonly<Record<RuleKind, string>> = {
  "validation-rules": "validation rules",
  "alert-rules": "alert rules",
  "alert-channels": "alert channels",
  "noops-rules": "NoOps rules",
};
