import { defaultAlertRules, readAlertRules, releaseIdOf } from "@tapline/core/alerts";
import { stringify } from "yaml";
import { readYaml } from "./read-yaml.ts";

type Options = { readonly json?: boolean };

/** What a command found, and how it says so. */
export type Report = { readonly isSound: boolean; readonly text: string };

/** Says all that is wrong with a file of rules, or by which name they would be released. */
export async function lint(file: string, options: Options): Promise<void> {
  tell(await lintReport(file, options));
}

export async function lintReport(file: string, { json }: Options): Promise<Report> {
  const { rules, faults } = readAlertRules(await readYaml(file));
  const release = rules === null ? null : releaseIdOf(rules);
  if (json === true) {
    const report = { file, rules: rules?.rules.length ?? null, release, faults };
    return { isSound: rules !== null, text: JSON.stringify(report) };
  }
  if (rules === null)
    return {
      isSound: false,
      text: faults.map(({ place, fault }) => `${file}: ${place}: ${fault}`).join("\n"),
    };
  const name = `version ${rules.version}, SHA-256 ${release?.sha256}`;
  return { isSound: true, text: `${file}: ${rules.rules.length} sound rules, ${name}` };
}

/** Prints the shipped rules. */
export async function defaults({ json }: Options): Promise<void> {
  process.stdout.write(json === true ? `${JSON.stringify(defaultAlertRules)}\n` : defaultsText());
}

export function defaultsText(): string {
  return stringify(defaultAlertRules, { lineWidth: 120 });
}

/** Prints a report; the command ends with 2 where something is wrong. */
export function tell({ isSound, text }: Report): void {
  process.stdout.write(`${text}\n`);
  if (!isSound) process.exitCode = 2;
}
