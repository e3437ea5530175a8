import type { AlertRule } from "@tapline/core/alerts";

/** A rule in force, with what its condition's figures are counted in. */
export interface ShownRule {
  rule: AlertRule;
  unit: string;
}

/** A release of rules: by whom and why; times in ms since 1970. */
export interface RuleRelease {
  version: number;
  madeAtEpochMs: number;
  /** A name; of a job its id. */
  madeBy: string;
  reason: string | null;
}

/** The rules in force, and the releases that led to them. */
export interface RulesBoard {
  /** `null` before the first release. */
  release: RuleRelease | null;
  rules: ShownRule[];
  /** Newest first, that in force left out; the first 20. */
  before: RuleRelease[];
}

/** What releasing something would change, and what is wrong with it. */
export interface RulesPlan {
  /** `place` is as in `rules.agent-offline.message`. */
  faults: { place: string; fault: string }[];
  /** A line for each part of a rule that would be another. */
  changes: string[];
}
