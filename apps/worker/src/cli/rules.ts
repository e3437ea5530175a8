import { readFile } from "node:fs/promises";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { type ValidationRules, validationRuleChanges, validationRulesSchema } from "@tapline/core/validation";
import { openRules } from "../wire/commands/rules.ts";
import { type ActingOptions, actOf, type SeenOptions } from "./acting.ts";
import { findStores } from "./find-stores.ts";
import { knownPeople } from "./known-people.ts";
import { makerText, peopleAmong } from "./person.ts";
import { effectText, withQuarantine } from "./quarantine-command.ts";

type Opened = ReturnType<typeof openRules>;

export async function list({ json }: { readonly json?: boolean }): Promise<void> {
  const { releases, names } = await withDesk(async (desk, namesOf) => {
    const releases = await desk.list();
    return { releases, names: await knownPeople(namesOf, peopleAmong(releases.map(({ madeBy }) => madeBy))) };
  });
  const lines = releases.map(({ version, madeAtEpochMs, madeBy, reason, isActive }) =>
    [
      `release ${version}`,
      new Date(madeAtEpochMs).toISOString(),
      makerText(madeBy, names),
      reason ?? "",
      isActive ? "in force" : "",
    ]
      .join("  ")
      .trimEnd(),
  );
  const text = lines.length === 0 ? ["no release: the first start of validation makes one"] : lines;
  process.stdout.write(`${json === true ? JSON.stringify(releases) : text.join("\n")}\n`);
}

export async function show(release: number): Promise<void> {
  const { rules } = await withDesk((desk) => desk.find(release));
  process.stdout.write(`${JSON.stringify(rules, null, 2)}\n`);
}

export async function release(file: string, options: ActingOptions): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  const rules = await readRules(file);
  if (dryRun) process.stdout.write(`${file} holds sound rules and would be a new release\n`);
  else {
    const version = await withDesk((desk) => desk.release(rules, act));
    process.stdout.write(
      `release ${version} is made; \`tapline rules switch ${version}\` puts it in force\n`,
    );
  }
}

/** @returns the version that was in force, to be given back as `seen` */
export async function switchTo(version: number, options: SeenOptions): Promise<number> {
  const { dryRun, ...act } = actOf(options);
  return await withDesk(async (desk) => {
    const [next, active] = [await desk.find(version), await desk.activeVersion()];
    const before = active === null ? null : (await desk.find(active)).rules;
    if (!dryRun) await desk.switchTo(version, act, options.seen ?? active ?? 0);
    const changes = validationRuleChanges(before, next.rules).map((line) => `\n  ${line}`);
    const what = `release ${version} ${dryRun ? "would be" : "is"} in force instead of ${active ?? "none"}`;
    process.stdout.write(`${what}; what changes:${changes.length === 0 ? " nothing" : changes.join("")}\n`);
    if (dryRun) process.stdout.write(`${await replayText(next.rules)}\n`);
    return active ?? 0;
  });
}

/** What a replay of the whole quarantine would do under these rules. */
async function replayText(rules: ValidationRules): Promise<string> {
  return effectText(await withQuarantine((quarantine) => quarantine.preview({}, rules)), "would");
}

async function readRules(file: string): Promise<ValidationRules> {
  try {
    return validationRulesSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    throw new TaplineError("invalid-input", `${file} holds no rules: ${messageOf(cause)}`, {
      remedy: "`tapline rules show 1` prints a file of the right form",
      cause,
    });
  }
}

async function withDesk<Result>(
  use: (desk: Opened["desk"], namesOf: Opened["namesOf"]) => Promise<Result>,
): Promise<Result> {
  const { desk, namesOf, close } = openRules((await findStores()).databaseUrl);
  try {
    return await use(desk, namesOf);
  } finally {
    await close();
  }
}
