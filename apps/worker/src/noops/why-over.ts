import { modeOf, type NoopsRule, type NoopsSwitches, type Verdict } from "@tapline/core/noops";

/**
 * Why what a rule has asked a person for is not done any more, whatever the answer; null where it may be yet. A mode that was set
 * since then counts: who has put the rule to `dry-run` wants it not to act, and one that acts by itself waits for nobody.
 * @param rule as it is in force; undefined where it is not any more
 * @param verdict what it makes of the same target now
 */
export function whyOver(
  rule: NoopsRule | undefined,
  verdict: Verdict | undefined,
  switches: NoopsSwitches,
  isApproved: boolean,
): string | null {
  if (rule === undefined) return "its rule is not in force any more";
  if (verdict === undefined || verdict.condition === "clear") return "it was over before it was done";
  const mode = modeOf(rule, switches);
  if (mode === "dry-run") return "its rule only says what it would do by now";
  return mode === "armed" && !isApproved ? "its rule acts by itself by now" : null;
}
