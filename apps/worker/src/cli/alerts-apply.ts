import { assertRouted, parseAlertRules, ruleChanges, unknownNames } from "@tapline/core/alerts";
import { printableLine } from "@tapline/core/kernel";
import { assertSeen } from "@tapline/core/rollout";
import { assertAbove } from "../wire/commands/alerts.ts";
import { actOf, type SeenOptions } from "./acting.ts";
import { withAlerts } from "./alerts.ts";
import { readYaml } from "./read-yaml.ts";
import { warningsOf } from "./unknown-names.ts";

/**
 * Puts the rules of a file in force; who watches takes them at once.
 * @returns the version that was in force, to be given back as `seen`
 */
export async function apply(file: string, options: SeenOptions): Promise<number> {
  const { dryRun, ...act } = actOf(options);
  const rules = parseAlertRules(await readYaml(file));
  const { active, unknown } = await withAlerts(async (alerts) => {
    const active = await alerts.rules.active();
    assertSeen("alert-rules", active, options.seen);
    assertAbove(rules, active);
    assertRouted(rules, (await alerts.channels.active()).channels);
    const unknown = unknownNames(rules.rules, await alerts.knownNames());
    if (!dryRun) await alerts.release(rules, act, active?.version ?? 0);
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
  return active?.version ?? 0;
}
