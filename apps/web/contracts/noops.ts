import type { ForecastMinute, ForecastRecord, ForetoldService, Wishes } from "@tapline/core/balance";
import type { Decision, NoopsRule, NoopsSwitches, RuleMode } from "@tapline/core/noops";

/** A rule in force, and how it counts. */
export interface NoopsRuleView {
  rule: NoopsRule;
  /** What stands in it, or what somebody set in its place. */
  mode: RuleMode;
}

/** All that the page of NoOps shows beside its decisions. Times: ms since 1970. People by their ids. */
export interface NoopsBoard {
  readAtEpochMs: number;
  switches: NoopsSwitches;
  /** `null`: nobody ever decided. */
  lease: { holder: string; fence: number; isHeld: boolean } | null;
  /** `null`: none were released yet. */
  release: { version: number; madeAtEpochMs: number; madeBy: string; reason: string | null } | null;
  actsPerHour: number | null;
  rules: NoopsRuleView[];
  /** Decisions that wait for a person, the oldest first. */
  waiting: Decision[];
  /** How many replicas services need; `null`: nobody tells, or Redis does not answer. */
  wishes: Wishes | null;
  names: Record<string, string>;
}

/** Decisions, newest first. */
export interface DecisionsPage {
  decisions: Decision[];
  next: string | null;
  names: Record<string, string>;
}

/** A decision with the rule that made it, as it was then; `null` where that release is not known. */
export interface DecisionDetail {
  decision: Decision;
  rule: NoopsRule | null;
  names: Record<string, string>;
}

/** What had been foretold of one service's load, by the minute of the last 24 h, beside what came. Loads: units of its work per second. */
export interface ForecastHistory {
  readAtEpochMs: number;
  service: ForetoldService;
  /** Each from the first that is known to the last that is foretold; none where nobody has told any. */
  minutes: ForecastMinute[];
  /** How good forecasts were; `null`: no minute is known of which something was foretold. */
  record: ForecastRecord | null;
}
