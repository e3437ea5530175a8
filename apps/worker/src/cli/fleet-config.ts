import { messageOf, TaplineError } from "@tapline/core/kernel";
import { type AgentSettings, agentSettingsSchema } from "@tapline/core/tap";
import { type ActingOptions, actOf } from "./acting.ts";
import { withFleet } from "./fleet-command.ts";
import { knownPeople } from "./known-people.ts";
import { personText } from "./person.ts";
import { readGivenText } from "./read-given.ts";

export async function set(file: string, options: ActingOptions): Promise<void> {
  const settings = await readSettings(file);
  const act = actOf(options);
  const revision = await withFleet((_, desk) => desk.makeRevision(settings, act));
  const made = act.dryRun ? `would make config ${revision}` : `made config ${revision}`;
  process.stdout.write(
    `${made}: ${JSON.stringify(settings)}\nroll it out: tapline fleet rollout start --config ${revision}\n`,
  );
}

async function readSettings(file: string): Promise<AgentSettings> {
  const text = await readGivenText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TaplineError("invalid-input", `${file} is not JSON: ${messageOf(cause)}`, { cause });
  }
  const parsed = agentSettingsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new TaplineError("invalid-input", `${file}: ${issues.join("; ")}`, {
    remedy: "docs/operations.md names the settings that the server may give",
  });
}

export async function list({ json }: { readonly json?: boolean }): Promise<void> {
  const { revisions, names } = await withFleet(async (store, _, namesOf) => {
    const revisions = await store.revisions();
    return {
      revisions,
      names: await knownPeople(
        namesOf,
        revisions.map(({ madeBy }) => madeBy),
      ),
    };
  });
  const lines = json
    ? [JSON.stringify(revisions)]
    : revisions.map(({ revision, madeAtEpochMs, madeBy, reason, settings }) =>
        [
          ...[revision, new Date(madeAtEpochMs).toISOString(), personText(madeBy, names)],
          ...[reason, JSON.stringify(settings)],
        ].join("  "),
      );
  process.stdout.write(lines.length === 0 ? "no revision yet\n" : `${lines.join("\n")}\n`);
}

export async function show(wanted: number): Promise<void> {
  const revisions = await withFleet((store) => store.revisions());
  const found = revisions.find(({ revision }) => revision === wanted);
  if (found === undefined) throw new TaplineError("not-found", `there is no config revision ${wanted}`);
  process.stdout.write(`${JSON.stringify(found.settings, null, 2)}\n`);
}
