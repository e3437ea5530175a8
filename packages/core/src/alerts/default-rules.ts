import { archiveRules } from "./defaults/archives.ts";
import { fleetRules } from "./defaults/fleet.ts";
import { latencyRules } from "./defaults/latencies.ts";
import { objectiveRules } from "./defaults/objective.ts";
import { partRules } from "./defaults/parts.ts";
import { tapRules } from "./defaults/taps.ts";
import { parseAlertRules } from "./release.ts";
import { type AlertRules, alertRulesFormat } from "./rule.ts";

const shipped = [
  ...tapRules,
  ...latencyRules,
  ...archiveRules,
  ...partRules,
  ...fleetRules,
  ...objectiveRules,
];

/** The rules of an installation that was given no others. */
export const defaultAlertRules: AlertRules = parseAlertRules({
  format: alertRulesFormat,
  version: 1,
  rules: shipped.map((rule) => ({ ...rule, runbook: `docs/runbooks.md#${rule.id}` })),
});
