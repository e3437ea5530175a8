import { alertRulesFormat } from "@tapline/core/alerts";
import { type FloodPlan, floodRuleIds } from "./plan.ts";

const card = {
  cause: "A drill.",
  consequence: "None.",
  action: "Wait until it is over.",
  respondWithinMinutes: 60,
};
const shared = { runbook: "docs/runbooks.md#reader-silent", card };

/**
 * The rules of a flood, as a file for `tapline alerts apply`. They have no delays, so that all breaches that come about at one moment are
 * alerts at that moment.
 */
export function floodRules({ sites, explained, scout }: FloodPlan): object {
  const silent = {
    ...{ kpi: "readers.silent", condition: { kind: "threshold", limit: { above: 0 } } },
    ...shared,
  };
  const ofSite = {
    ...{ ...silent, id: floodRuleIds.site, per: "site", only: { site: explained }, severity: "critical" },
    message: "{site}: {value} take no taps",
  };
  const ofAgent = {
    ...{ ...silent, id: floodRuleIds.agent, per: "agent", only: { site: [...sites, scout.site] } },
    ...{ severity: "warning", message: "{agent} at {site}: {value} take no taps" },
    ...(explained.length === 0 ? {} : { parent: floodRuleIds.site }),
  };
  const ofReader = {
    ...{ ...shared, id: floodRuleIds.reader, kpi: "taps.acceptance_ratio", per: "reader" },
    ...{ only: { site: sites }, condition: { kind: "threshold", limit: { below: 0.5 } } },
    ...{ severity: "warning", message: "{reader} of {agent} at {site}: {value} of its taps are taken" },
  };
  const rules = explained.length === 0 ? [ofAgent, ofReader] : [ofSite, ofAgent, ofReader];
  return { format: alertRulesFormat, version: 2, rules };
}
