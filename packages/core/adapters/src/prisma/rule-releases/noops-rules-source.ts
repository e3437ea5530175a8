import {
  modeOf,
  type NoopsRules,
  noopsRuleChanges,
  noopsRulesSchema,
  readNoopsRules,
} from "@tapline/core/noops";
import { readSwitches } from "../noops/noops-rows.ts";
import { noopsRulesLock, releaseNoopsRules } from "../noops/noops-rules-desk.ts";
import { newestStands, type RuleRow, type RuleSource, ruleRow, unsound } from "./rule-source.ts";

export const noopsRulesSource: RuleSource = {
  lock: noopsRulesLock,
  rows: async (tx) => {
    const rows = await tx.noopsRuleSet.findMany({ orderBy: { version: "desc" } });
    return rows.map((row) => ruleRow(row, row.rules));
  },
  standing: newestStands,
  bring: async (tx, { target, active }, act, at) => {
    const [before, after] = [noopsRulesSchema.parse(active.document), readAgain(target, active.version + 1)];
    await releaseNoopsRules(tx, after, act, at, active.version, { rulesOf: target.version });
    const switches = await readSwitches(tx, at.getTime());
    const armed = after.rules.filter((rule) => modeOf(rule, switches) === "armed").map(({ id }) => id);
    return {
      version: after.version,
      changes: [...budgetChange(before, after), ...noopsRuleChanges(before.rules, after.rules)],
      notes: [`armed: ${armed.length === 0 ? "none" : armed.join(", ")}`],
    };
  },
};

function readAgain({ document, version }: RuleRow, next: number): NoopsRules {
  const { rules, faults } = readNoopsRules({ ...(document as NoopsRules), version: next });
  if (rules === null) throw unsound("noops-rules", version, faults);
  return rules;
}

function budgetChange(before: NoopsRules, after: NoopsRules): string[] {
  const [was, is] = [before.actsPerHour, after.actsPerHour];
  return was === is ? [] : [`actsPerHour: ${was} → ${is}`];
}
