import { TaplineError } from "../kernel/index.ts";
import type { AlertChannels } from "./channels/document.ts";
import { routingFaults } from "./channels/plan.ts";
import type { AlertRule, AlertRules } from "./rule.ts";

/** @throws TaplineError `invalid-input` where routing names what is not in force: those rules would tell nobody */
export function assertRouted({ rules }: AlertRules, channels: AlertChannels): void {
  const faults = routingFaults(rules, channels);
  if (faults.length === 0) return;
  const said = faults.slice(0, 10).map(({ place, fault }) => `${place}: ${fault}`);
  const more = faults.length > said.length ? `; and ${faults.length - said.length} more` : "";
  throw new TaplineError("invalid-input", `rules would tell nobody: ${said.join("; ")}${more}`, {
    remedy:
      "release the channels first (`tapline alerts channel release`), or take the names out of `routing`",
    facts: { faults: faults.length },
  });
}

/** What differs: a line for each rule that is new or gone, and for each part of one that is another. */
export function ruleChanges(before: readonly AlertRule[], after: readonly AlertRule[]): string[] {
  return changesById(before, after, ({ severity }) => severity);
}

/** As `ruleChanges`, of any rules that have ids. @param gist what is told of one that is new */
export function changesById<Rule extends { readonly id: string }>(
  before: readonly Rule[],
  after: readonly Rule[],
  gist: (rule: Rule) => string,
): string[] {
  const [old, now] = [before, after].map((rules) => new Map(rules.map((rule) => [rule.id, rule])));
  const gone = before.filter(({ id }) => now?.has(id) !== true).map(({ id }) => `${id}: gone`);
  const others = after.flatMap((rule) => {
    const was = old?.get(rule.id);
    return was === undefined ? [`${rule.id}: new, ${gist(rule)}`] : partChanges(was, rule);
  });
  return [...gone, ...others];
}

function partChanges<Rule extends { readonly id: string }>(before: Rule, after: Rule): string[] {
  const [old, now]: Readonly<Record<string, unknown>>[] = [before, after];
  const parts = new Set([before, after].flatMap((rule) => Object.keys(rule)));
  return [...parts].flatMap((part) => {
    const [was, is] = [old, now].map((rule) => JSON.stringify(rule?.[part]) ?? "none");
    return was === is ? [] : [`${after.id}: ${part}: ${was} → ${is}`];
  });
}
