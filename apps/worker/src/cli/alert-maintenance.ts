import { printableLine } from "@tapline/core/kernel";
import { type ActingOptions, actOf } from "./acting.ts";
import { withAlertChannels } from "./alert-channels.ts";
import { table } from "./columns.ts";
import { personText } from "./person.ts";

interface Options extends ActingOptions {
  readonly site?: string[];
  readonly rule?: string[];
  /** ms. */
  readonly for: number;
}

export async function start(options: Options): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  const [sites, rules] = [options.site ?? [], options.rule ?? []];
  const endsAtEpochMs = act.atEpochMs + options.for;
  const what = `alerts of ${namesOf(sites, "sites")} and ${namesOf(rules, "rules")} until ${isoOf(endsAtEpochMs)}`;
  if (dryRun) {
    await withAlertChannels(({ maintenance }) => maintenance.assertKnown({ sites, rules }));
    return void process.stdout.write(`${what} would be shown, and told to nobody\n`);
  }
  const { id } = await withAlertChannels(({ maintenance }) =>
    maintenance.start({ sites, rules, endsAtEpochMs }, act),
  );
  process.stdout.write(`maintenance ${id}: ${what} are shown, and told to nobody\n`);
}

export async function end(id: string, options: ActingOptions): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  if (dryRun)
    return void process.stdout.write(`maintenance ${id} would end: what still calls would be told at once\n`);
  await withAlertChannels(({ maintenance }) => maintenance.end(id, act));
  process.stdout.write(`maintenance ${id} is over: what still calls is told now\n`);
}

export async function list({
  all,
  json,
}: {
  readonly all?: boolean;
  readonly json?: boolean;
}): Promise<void> {
  const { windows, names } = await withAlertChannels(async ({ maintenance, namesOf }) => {
    const windows = await maintenance.list(all === true ? "all" : "on");
    const people = windows.flatMap(({ startedBy, endedBy }) => [startedBy, endedBy ?? []].flat());
    return { windows, names: await namesOf(people) };
  });
  if (json === true) return void process.stdout.write(`${JSON.stringify(windows)}\n`);
  const rows = windows.map(
    ({ id, sites, rules, endsAtEpochMs, endedAtEpochMs, startedBy, endedBy, reason }) =>
      [
        ...[id, isoOf(endedAtEpochMs ?? endsAtEpochMs), namesOf(sites, "sites"), namesOf(rules, "rules")],
        ...[personText(startedBy, names), endedBy === null ? "-" : personText(endedBy, names), reason],
      ].map(printableLine),
  );
  const heads = ["ID", "UNTIL", "SITES", "RULES", "BEGUN BY", "ENDED BY", "REASON"];
  process.stdout.write(`${table(heads, rows, "no maintenance")}\n`);
}

const namesOf = (names: readonly string[], all: string): string =>
  names.length === 0 ? `all ${all}` : names.join(", ");
const isoOf = (epochMs: number): string => new Date(epochMs).toISOString();
