import type { Decision, RuleMode } from "@tapline/core/noops";

/** What somebody wants to do, and is asked about. */
export type AskedAct =
  | { act: "approve" | "deny" | "undo"; decision: Decision }
  | { act: "pause" | "resume" | "kill" | "revive" }
  | { act: "mode"; rule: string; mode: RuleMode };
