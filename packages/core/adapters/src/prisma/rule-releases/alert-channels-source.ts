import {
  type AlertChannels,
  alertRulesSchema,
  idleChannels,
  parseAlertChannels,
  routingFaults,
} from "@tapline/core/alerts";
import { messageOf } from "@tapline/core/kernel";
import type { Transaction } from "../acts.ts";
import { alertChannelsLock, releaseAlertChannels } from "../alerts/alert-channels-desk.ts";
import { newestStands, type RuleRow, type RuleSource, ruleRow, unsound } from "./rule-source.ts";

export const alertChannelsSource: RuleSource = {
  lock: alertChannelsLock,
  rows: async (tx) => {
    const rows = await tx.alertChannelRelease.findMany({ orderBy: { version: "desc" } });
    return rows.map((row) => ruleRow(row, row.document));
  },
  standing: newestStands,
  bring: async (tx, { target, active }, act, at) => {
    const [before, after] = [parseAlertChannels(active.document), readAgain(target)];
    const version = await releaseAlertChannels(tx, after, act, at, { rulesOf: target.version });
    return { version, changes: channelChanges(before, after), notes: await notesOn(after, tx) };
  },
};

function readAgain({ document, version }: RuleRow): AlertChannels {
  try {
    return parseAlertChannels(document);
  } catch (error) {
    throw unsound("alert-channels", version, [{ place: "the document", fault: messageOf(error) }]);
  }
}

/** By name alone: what a channel holds may lead to people, or be secret. */
function channelChanges(before: AlertChannels, after: AlertChannels): string[] {
  const parts = ["channels", "schedules", "policies"] as const;
  return parts.flatMap((part) => {
    const [old, now] = [before[part], after[part]].map(
      (all) => new Map(all.map((one) => [one.name, JSON.stringify(one)])),
    );
    const names = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])]);
    return [...names].flatMap((name) => {
      const [was, is] = [old?.get(name), now?.get(name)];
      if (was === is) return [];
      return [`${part}: ${name}: ${was === undefined ? "new" : is === undefined ? "gone" : "changed"}`];
    });
  });
}

/** What the rules in force make of these channels, as `tapline alerts channel release` says it. */
async function notesOn(channels: AlertChannels, tx: Transaction): Promise<string[]> {
  const row = await tx.alertRuleRelease.findFirst({ orderBy: { version: "desc" } });
  const rules = row === null ? [] : alertRulesSchema.parse(row.rules).rules;
  return [
    ...routingFaults(rules, channels).map(({ place, fault }) => `warning: ${place}: ${fault}`),
    ...idleChannels(rules, channels).map(
      (name) => `note: no rule in force leads to ${name} by its routing: it is told nothing yet`,
    ),
  ];
}
