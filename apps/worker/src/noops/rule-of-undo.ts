import type { Decision, NoopsRule } from "@tapline/core/noops";

/** The rule is not in force any more; its act can be undone all the same. */
export function ruleOfUndo({ ruleId }: Decision): NoopsRule {
  return {
    ...{ id: ruleId, per: "installation", when: "false", forMs: 0, maxAgeMs: 1_000, cooldownMs: 1_000 },
    ...{ perHour: 1, act: { kind: "rotate-key" }, mode: "dry-run", approvalMs: 60_000, undoMs: 60_000 },
    ...{ owner: "-", purpose: "-", runbook: "docs/noops.md#undo" },
  };
}
