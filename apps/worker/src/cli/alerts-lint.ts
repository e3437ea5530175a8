import {
  type AlertChannels,
  type AlertRules,
  defaultAlertRules,
  parseAlertChannels,
  readAlertRules,
  releaseIdOf,
  routingFaults,
} from "@tapline/core/alerts";
import { messageOf } from "@tapline/core/kernel";
import { stringify } from "yaml";
import { withAlertChannels } from "./alert-channels.ts";
import { readYaml } from "./read-yaml.ts";

type Options = { readonly json?: boolean };

/** What routing is held against; `unknown`: why it is not. */
export type KnownChannels =
  | { readonly from: string; readonly channels: AlertChannels }
  | { readonly unknown: string };

/** What a command found, and how it says so. */
export type Report = { readonly isSound: boolean; readonly text: string };

/** Says all that is wrong with a file of rules, or by which name they would be released. */
export async function lint(
  file: string,
  { channels, ...options }: Options & { readonly channels?: string },
): Promise<void> {
  tell(await lintReport(file, options, () => knownChannels(channels)));
}

/** @param known asked where rules name channels */
export async function lintReport(
  file: string,
  { json }: Options,
  known: () => Promise<KnownChannels>,
): Promise<Report> {
  const { rules, faults } = readAlertRules(await readYaml(file));
  const release = rules === null ? null : releaseIdOf(rules);
  const warnings = rules === null ? [] : await routingWarnings(rules, known);
  if (json === true) {
    const report = { file, rules: rules?.rules.length ?? null, release, faults, warnings };
    return { isSound: rules !== null, text: JSON.stringify(report) };
  }
  if (rules === null)
    return {
      isSound: false,
      text: faults.map(({ place, fault }) => `${file}: ${place}: ${fault}`).join("\n"),
    };
  const name = `version ${rules.version}, SHA-256 ${release?.sha256}`;
  const told = [`${rules.rules.length} sound rules, ${name}`, ...warnings.map((text) => `warning: ${text}`)];
  return { isSound: true, text: told.map((text) => `${file}: ${text}`).join("\n") };
}

/** Names that lead nowhere: no fault of the file, as channels may come later; but as it stands somebody would not be told. */
async function routingWarnings(
  { rules }: AlertRules,
  known: () => Promise<KnownChannels>,
): Promise<string[]> {
  if (rules.every(({ routing }) => routing.length === 0)) return [];
  const found = await known();
  if ("unknown" in found)
    return [`whether the channels that rules name exist is not known: ${found.unknown}`];
  const faults = routingFaults(rules, found.channels);
  return faults.map(({ place, fault }) => `${place}: ${fault} in ${found.from}`);
}

/** The channels of a file, else those in force where an installation is at hand. */
async function knownChannels(file: string | undefined): Promise<KnownChannels> {
  if (file !== undefined) return { from: file, channels: parseAlertChannels(await readYaml(file)) };
  try {
    const { version, channels } = await withAlertChannels((opened) => opened.channels.active());
    return { from: version === 0 ? "this installation, which has none" : `release ${version}`, channels };
  } catch (error) {
    return { unknown: `${messageOf(error)}; --channels names a file of them` };
  }
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
