import { messageOf, printableLine } from "@tapline/core/kernel";
import {
  defaultNoopsRules,
  modeOf,
  type NoopsRules,
  type NoopsSwitches,
  noopsRuleChanges,
  noopsRuleSetIdOf,
  parseNoopsRules,
  readNoopsRules,
  shippedAlerts,
  unknownAlerts,
} from "@tapline/core/noops";
import { assertSeen } from "@tapline/core/rollout";
import { stringify } from "yaml";
import { assertNoopsRulesAbove, type ReleasedNoopsRules } from "../wire/commands/noops.ts";
import { actOf, type SeenOptions } from "./acting.ts";
import { type Report, tell } from "./alerts-lint.ts";
import { withNoops } from "./noops.ts";
import { readYaml } from "./read-yaml.ts";

type Options = { readonly json?: boolean };

/** Says all that is wrong with a file of rules, or by which name they would be released. */
export async function lint(file: string, options: Options): Promise<void> {
  tell(await lintReport(file, options, alertRuleIds));
}

/** @param alertIds of the rules of alerts that rules may ask for */
export async function lintReport(
  file: string,
  { json }: Options,
  alertIds: () => Promise<readonly string[]>,
): Promise<Report> {
  const { rules, faults } = readNoopsRules(await readYaml(file));
  if (rules === null) {
    const report = { file, rules: null, release: null, faults, warnings: [] };
    const text = faults.map(({ place, fault }) => `${file}: ${place}: ${fault}`).join("\n");
    return { isSound: false, text: json === true ? JSON.stringify(report) : text };
  }
  const warnings = await warningsOf(rules, alertIds);
  const release = noopsRuleSetIdOf(rules);
  const report = { file, rules: rules.rules.length, release, faults, warnings };
  const name = `version ${release.version}, SHA-256 ${release.sha256}`;
  const told = [`${rules.rules.length} sound rules, ${name}`, ...warnings.map((text) => `warning: ${text}`)];
  return {
    isSound: true,
    text: json === true ? JSON.stringify(report) : told.map((text) => `${file}: ${text}`).join("\n"),
  };
}

/** Prints the shipped rules. */
export async function defaults({ json }: Options): Promise<void> {
  process.stdout.write(
    json === true
      ? `${JSON.stringify(defaultNoopsRules)}\n`
      : stringify(defaultNoopsRules, { lineWidth: 120 }),
  );
}

/**
 * Puts the rules of a file in force; who decides takes them at its next look.
 * @returns the version that was in force, to be given back as `seen`
 */
export async function apply(file: string, options: SeenOptions): Promise<number> {
  const { dryRun, ...act } = actOf(options);
  const rules = parseNoopsRules(await readYaml(file));
  const { active, switches } = await withNoops(async ({ rules: desk, desk: noops }) => {
    const active = await desk.active();
    assertSeen("noops-rules", active, options.seen);
    assertNoopsRulesAbove(rules, active);
    if (!dryRun) await desk.release(rules, act, active?.version ?? 0);
    return { active, switches: (await noops.standing()).switches };
  });
  tellInForce({ before: active, after: rules, switches, dryRun });
  return active?.version ?? 0;
}

function tellInForce(told: {
  readonly before: ReleasedNoopsRules | null;
  readonly after: NoopsRules;
  readonly switches: NoopsSwitches;
  readonly dryRun: boolean;
}): void {
  const { before, after, switches, dryRun } = told;
  const budgets = [before?.rules.actsPerHour ?? after.actsPerHour, after.actsPerHour];
  const changes = [
    ...(budgets[0] === budgets[1] ? [] : [`actsPerHour: ${budgets.join(" → ")}`]),
    ...noopsRuleChanges(before?.rules.rules ?? [], after.rules),
  ];
  const armed = after.rules.filter((rule) => modeOf(rule, switches) === "armed").map(({ id }) => id);
  const lines = [
    `version ${after.version} of the NoOps rules ${dryRun ? "would be" : "is"} in force instead of ${before?.version ?? "none"}; what changes:${changes.length === 0 ? " nothing" : ""}`,
    ...changes.map((line) => `  ${printableLine(line)}`),
    `armed: ${armed.length === 0 ? "none" : armed.join(", ")}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** Alerts that no rule raises: no fault of the file, as rules of alerts may come later; but as it stands they are not known. */
async function warningsOf(rules: NoopsRules, alertIds: () => Promise<readonly string[]>): Promise<string[]> {
  if (unknownAlerts(rules.rules, []).length === 0) return [];
  return unknownAlerts(rules.rules, await alertIds()).map(({ place, fault }) => `${place}: ${fault}`);
}

/** Those in force where an installation is at hand, else the shipped ones. */
async function alertRuleIds(): Promise<readonly string[]> {
  try {
    const ids = await withNoops(({ alertRules }) => alertRules());
    return ids.length === 0 ? shippedAlerts : ids;
  } catch (error) {
    process.stderr.write(`held against the shipped rules of alerts: ${messageOf(error)}\n`);
    return shippedAlerts;
  }
}
