import { canonicalJson, sha256Hex } from "../kernel/index.ts";
import { wordsOf } from "./act.ts";
import type { Verdict } from "./decider.ts";
import type { Decision, DecisionState, GuardVerdict } from "./decision.ts";
import { askGuards, type GuardFacts } from "./guards.ts";
import type { NoopsRuleSetId } from "./release.ts";
import type { RuleMode } from "./rule.ts";
import { modeOf } from "./switches.ts";
import { canBeUndone } from "./undo.ts";

/**
 * The decision that a verdict comes to, by the guards and the rule's mode. Its state is `acting` where it is to act now: whoever does
 * it has yet to begin.
 * @param id of a decision that is new
 */
export function draftOf(verdict: Verdict, ruleSet: NoopsRuleSetId, facts: GuardFacts, id: string): Decision {
  const { rule, target, condition, evidence, planned } = verdict;
  const { nowEpochMs } = facts;
  const mode = modeOf(rule, facts.switches);
  const guards = planned === null ? [] : askGuards({ ...facts, rule, act: planned.act, id: null });
  const refusal = guards.find(({ passed }) => !passed);
  const state = stateOf(planned !== null, refusal, mode);
  const { version, sha256 } = ruleSet;
  const undo = planned !== null && !canBeUndone(planned.act) ? "; it cannot be undone" : "";
  return {
    ...{
      id,
      ruleId: rule.id,
      ruleSet: { version, sha256 },
      target,
      atEpochMs: nowEpochMs,
      lastAtEpochMs: nowEpochMs,
      times: 1,
    },
    ...{ mode, state, condition, evidence: [...evidence], guards },
    says: refusal === undefined ? verdict.says : `${verdict.says}; ${refusal.guard}: ${refusal.says}`,
    act: planned?.act ?? null,
    preview: planned === null ? null : `${planned.preview}${undo}`,
    ...{ before: null, after: null, undoUntilEpochMs: null, undoes: null, undoneBy: null, word: null },
    expiresAtEpochMs: state === "waiting-approval" ? nowEpochMs + rule.approvalMs : null,
    ...{ fence: null, begunAtEpochMs: null, endedAtEpochMs: null, error: null },
  };
}

function stateOf(wants: boolean, refusal: GuardVerdict | undefined, mode: RuleMode): DecisionState {
  if (!wants) return "none";
  if (mode === "dry-run") return "dry-run";
  if (refusal !== undefined) return "refused";
  return mode === "armed" ? "acting" : "waiting-approval";
}

/** Alike for decisions that say the same, but for figures: those are counted in one row. */
export function gistOf({ ruleId, target, ruleSet, state, mode, condition, act, guards }: Decision): string {
  const guard = guards.find(({ passed }) => !passed)?.guard ?? null;
  const done = act === null ? null : wordsOf(act);
  const gist = { ruleId, target, version: ruleSet.version, state, mode, condition, act: done, guard };
  return sha256Hex(canonicalJson(gist));
}
