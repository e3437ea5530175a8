import {
  type AlertChannels,
  type AlertRule,
  type AlertRules,
  parseAlertRules,
  routingFaults,
  unknownNames,
} from "@tapline/core/alerts";
import { printableLine, TaplineError } from "@tapline/core/kernel";
import { assertAbove } from "../wire/commands/alerts.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { withAlerts } from "./alerts.ts";
import { readYaml } from "./read-yaml.ts";
import { warningsOf } from "./unknown-names.ts";

/** Puts the rules of a file in force; who watches takes them at once. */
export async function apply(file: string, options: ActingOptions): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  const rules = parseAlertRules(await readYaml(file));
  const { active, unknown } = await withAlerts(async (alerts) => {
    const active = await alerts.rules.active();
    assertAbove(rules, active);
    assertRouted(rules, (await alerts.channels.active()).channels);
    const unknown = unknownNames(rules.rules, await alerts.knownNames());
    if (!dryRun) await alerts.release(rules, act);
    return { active, unknown };
  });
  const changes = ruleChanges(active?.rules.rules ?? [], rules.rules);
  const what = `version ${rules.version} of the alert rules ${dryRun ? "would be" : "is"} in force instead of ${active?.version ?? "none"}`;
  const lines = changes.map((line) => `\n  ${printableLine(line)}`);
  process.stdout.write(`${what}; what changes:${lines.length === 0 ? " nothing" : lines.join("")}\n`);
  process.stdout.write(
    warningsOf(unknown)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

/** @throws TaplineError `invalid-input` where routing names what is not in force: those rules would tell nobody */
function assertRouted({ rules }: AlertRules, channels: AlertChannels): void {
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
  const [old, now] = [before, after].map((rules) => new Map(rules.map((rule) => [rule.id, rule])));
  const gone = before.filter(({ id }) => now?.has(id) !== true).map(({ id }) => `${id}: gone`);
  const others = after.flatMap((rule) => {
    const was = old?.get(rule.id);
    return was === undefined ? [`${rule.id}: new, ${rule.severity}`] : partChanges(was, rule);
  });
  return [...gone, ...others];
}

function partChanges(before: AlertRule, after: AlertRule): string[] {
  const [old, now]: Readonly<Record<string, unknown>>[] = [before, after];
  const parts = new Set([before, after].flatMap((rule) => Object.keys(rule)));
  return [...parts].flatMap((part) => {
    const [was, is] = [old, now].map((rule) => JSON.stringify(rule?.[part]) ?? "none");
    return was === is ? [] : [`${after.id}: ${part}: ${was} → ${is}`];
  });
}
