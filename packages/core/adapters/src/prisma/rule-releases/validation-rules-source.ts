import { readEntry } from "@tapline/core/audit";
import type { RuleStanding } from "@tapline/core/rollout";
import { validationRuleChanges, validationRulesSchema } from "@tapline/core/validation";
import type { Transaction } from "../acts.ts";
import { activeRulesVersion, rulesSubject, switchRules, validationRulesLock } from "../rules-desk.ts";
import { type RuleRow, type RuleSource, ruleRow, unsound } from "./rule-source.ts";

/** Of these any release may be in force, so one of before comes back as itself. */
export const validationRulesSource: RuleSource = {
  lock: validationRulesLock,
  rows: async (tx) => {
    const rows = await tx.validationRelease.findMany({ orderBy: { version: "desc" } });
    return rows.map((row) => ruleRow(row, row.rules));
  },
  standing,
  bring: async (tx, { target, active }, act, at) => {
    const [before, after] = [validationRulesSchema.parse(active.document), readAgain(target)];
    await switchRules(tx, target.version, active.version, act, at);
    return { version: target.version, changes: validationRuleChanges(before, after), notes: [] };
  },
};

/** What was in force before is in the audit log alone: of the last time that what is in force was put there. */
async function standing(tx: Transaction): Promise<RuleStanding> {
  const version = await activeRulesVersion(tx);
  if (version === null) return { version, before: null, origin: null };
  const switched = await tx.auditEntry.findFirst({
    where: { action: "rules.switched", subject: rulesSubject(version) },
    orderBy: [{ recordedAt: "desc" }, { id: "desc" }],
  });
  const before = switched === null ? null : versionBefore(readEntry(switched.bytes));
  // A number is given once, and the lower one is the older one.
  return { version, before, origin: before !== null && version < before ? version : null };
}

function versionBefore(entry: ReturnType<typeof readEntry>): number | null {
  const version = "before" in entry ? entry.before?.version : null;
  return typeof version === "number" ? version : null;
}

function readAgain({ document, version }: RuleRow) {
  const parsed = validationRulesSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => ({ place: path.join("."), fault: message }));
  throw unsound("validation-rules", version, faults);
}
