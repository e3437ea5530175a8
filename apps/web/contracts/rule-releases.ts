import type { RuleKind } from "@tapline/core/rollout";

/** A release of rules: by whom and why; times in ms since 1970. */
export interface RuleRelease {
  version: number;
  madeAtEpochMs: number;
  /** A name; of a job its id. */
  madeBy: string;
  reason: string | null;
}

/** The releases of rules of one kind. */
export interface RuleReleases {
  kind: RuleKind;
  /** Its version; `null` before the first. */
  inForce: number | null;
  /** Newest first; the first 20, and the one in force. */
  releases: RuleRelease[];
}

/** What going back to a release of before does, or has done. */
export interface RuleReturn {
  /** What was in force. */
  before: number;
  /** The version whose rules come back. */
  to: number;
  /** What is in force then: `to` itself, or a version of its own with the same rules. */
  version: number;
  /** A line for each part that is another. */
  changes: readonly string[];
  /** What else is to be known of what is in force then, a line each. */
  notes: readonly string[];
}
