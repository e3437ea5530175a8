import { printableLine, TaplineError } from "@tapline/core/kernel";
import { type RuleKind, ruleKindNames, ruleKinds } from "@tapline/core/rollout";
import { openRuleReleases } from "../wire/commands/rule-releases.ts";
import { actOf, type SeenOptions } from "./acting.ts";
import { table } from "./columns.ts";
import { findStores } from "./find-stores.ts";
import { knownPeople } from "./known-people.ts";
import { makerText, peopleAmong } from "./person.ts";

type Opened = ReturnType<typeof openRuleReleases>;

interface RollBackOptions extends SeenOptions {
  readonly to?: number;
}

interface ListOptions {
  readonly kind?: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** The releases of rules, those in force marked. @throws TaplineError `invalid-input` of a kind that there is not */
export async function list({ kind, limit, json }: ListOptions): Promise<void> {
  const chosen = ruleKinds.filter((one) => kind === undefined || one === kind);
  if (chosen.length === 0)
    throw new TaplineError("invalid-input", `there is no kind of rules ${kind}`, {
      remedy: `say one of ${ruleKinds.join(", ")}`,
    });
  const { all, names } = await withReleases(async ({ desk, namesOf }) => {
    const all = await Promise.all(chosen.map((one) => desk.list(one, limit)));
    const makers = all.flatMap(({ releases }) => releases.map(({ madeBy }) => madeBy));
    return { all, names: await knownPeople(namesOf, peopleAmong(makers)) };
  });
  if (json === true) return void process.stdout.write(`${JSON.stringify(all)}\n`);
  const rows = all.flatMap(({ kind: of, inForce, releases }) =>
    releases.map(({ version, madeAtEpochMs, madeBy, reason }) =>
      [
        ...[of, String(version), version === inForce ? "in force" : ""],
        ...[new Date(madeAtEpochMs).toISOString(), makerText(madeBy, names), reason ?? ""],
      ].map(printableLine),
    ),
  );
  const heads = ["RULES", "VERSION", "", "MADE", "BY", "REASON"];
  process.stdout.write(
    `${table(heads, rows, "no rules: the first start of a role releases the shipped ones")}\n`,
  );
}

/**
 * Puts rules of before in force again; who goes by them takes them within seconds.
 * @returns the version that was in force, to be given back as `seen`
 */
export async function rollBack(kind: RuleKind, options: RollBackOptions): Promise<number> {
  const { dryRun, ...act } = actOf(options);
  const asked = { to: options.to ?? null, seenVersion: options.seen ?? null };
  const done = await withReleases(({ desk }) => desk.rollBack(kind, asked, { ...act, dryRun }));
  const [rules, is] = [ruleKindNames[kind], dryRun ? "would be" : "is"];
  const lines = [
    `the ${rules} of version ${done.to} ${dryRun ? "would come" : "come"} back`,
    `version ${done.version} of the ${rules} ${is} in force instead of ${done.before}; what changes:${done.changes.length === 0 ? " nothing" : ""}`,
    ...done.changes.map((line) => `  ${printableLine(line)}`),
    ...done.notes.map(printableLine),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  return done.before;
}

async function withReleases<Result>(use: (opened: Opened) => Promise<Result>): Promise<Result> {
  const { databaseUrl, redisUrl } = await findStores();
  const opened = openRuleReleases(databaseUrl, redisUrl);
  try {
    return await use(opened);
  } finally {
    await opened.close();
  }
}
