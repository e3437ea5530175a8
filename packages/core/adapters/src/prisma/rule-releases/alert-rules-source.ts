import {
  type AlertRules,
  alertRulesSchema,
  readAlertRules,
  routingFaults,
  ruleChanges,
} from "@tapline/core/alerts";
import { activeChannels } from "../alerts/alert-channels-desk.ts";
import { alertRulesLock, releaseAlertRules } from "../alerts/alert-rules-desk.ts";
import { newestStands, type RuleRow, type RuleSource, ruleRow, unsound } from "./rule-source.ts";

export const alertRulesSource: RuleSource = {
  lock: alertRulesLock,
  rows: async (tx) => {
    const rows = await tx.alertRuleRelease.findMany({ orderBy: { version: "desc" } });
    return rows.map((row) => ruleRow(row, row.rules));
  },
  standing: newestStands,
  bring: async (tx, { target, active }, act, at) => {
    const [before, after] = [alertRulesSchema.parse(active.document), readAgain(target, active.version + 1)];
    // Channels may have gone since: rules that would tell nobody do not come back.
    const faults = routingFaults(after.rules, (await activeChannels(tx)).channels);
    if (faults.length > 0) throw unsound("alert-rules", target.version, faults);
    await releaseAlertRules(tx, after, act, at, active.version, { rulesOf: target.version });
    return { version: after.version, changes: ruleChanges(before.rules, after.rules), notes: [] };
  },
};

function readAgain({ document, version }: RuleRow, next: number): AlertRules {
  const { rules, faults } = readAlertRules({ ...(document as AlertRules), version: next });
  if (rules === null) throw unsound("alert-rules", version, faults);
  return rules;
}
