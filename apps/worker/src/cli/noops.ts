import { printableLine, TaplineError } from "@tapline/core/kernel";
import {
  type Decision,
  type DecisionState,
  decisionStates,
  modeOf,
  type NoopsSwitches,
} from "@tapline/core/noops";
import { openNoops } from "../wire/commands/noops.ts";
import { table } from "./columns.ts";
import { count } from "./count.ts";
import { findStores } from "./find-stores.ts";
import { knownPeople } from "./known-people.ts";
import { makerText, type Names, peopleAmong, personText, withNames, wordsOf } from "./person.ts";

export type OpenedNoops = ReturnType<typeof openNoops>;

interface ListOptions {
  readonly all?: boolean;
  readonly state?: string[];
  readonly rule?: string;
  readonly target?: string;
  /** ms. */
  readonly since?: number;
  readonly limit: number;
  readonly after?: string;
  readonly json?: boolean;
}

/** Works on the NoOps of the installation. */
export async function withNoops<Result>(use: (opened: OpenedNoops) => Promise<Result>): Promise<Result> {
  const opened = openNoops((await findStores()).databaseUrl);
  try {
    return await use(opened);
  } finally {
    await opened.close();
  }
}

export async function list(options: ListOptions): Promise<void> {
  const { rule, target, since, limit, after, json } = options;
  const filter = {
    states: statesOf(options),
    ...(rule === undefined ? {} : { ruleId: rule }),
    ...(target === undefined ? {} : { target }),
    ...(since === undefined ? {} : { sinceEpochMs: Date.now() - since }),
  };
  const { page, names } = await withNoops(async ({ desk, namesOf }) => {
    const page = await desk.list(filter, limit, after ?? null);
    return { page, names: await knownPeople(namesOf, wordsOf(page.decisions.map(whatOf))) };
  });
  if (json === true) return void process.stdout.write(`${JSON.stringify(page)}\n`);
  process.stdout.write(
    `${table(
      heads,
      page.decisions.map((one) => cellsOf(one, names)),
      "no decisions",
    )}\n`,
  );
  if (page.next !== null) process.stderr.write(`there are more: go on by --after ${page.next}\n`);
}

/** Releases of the rules before the one in force. */
const shownBefore = 5;

export async function show({ json }: { readonly json?: boolean }): Promise<void> {
  const { names, ...told } = await withNoops(async ({ desk, rules: releases, namesOf }) => {
    const [standing, all] = await Promise.all([desk.standing(), releases.list()]);
    const before = all.slice(0, -1).slice(-shownBefore).toReversed();
    const makers = [standing.rules, ...before].flatMap((one) => (one === null ? [] : [one.madeBy]));
    const people = [...settersOf(standing.switches), ...peopleAmong(makers)];
    return { ...standing, before, names: await knownPeople(namesOf, people) };
  });
  const { switches, rules, lease, waiting, before } = told;
  if (json === true)
    return void process.stdout.write(`${JSON.stringify({ switches, rules, lease, waiting, before })}\n`);
  const rows = (rules?.rules.rules ?? []).map((rule) => {
    const mode = modeOf(rule, switches);
    const modeText = mode === rule.mode ? mode : `${mode} (written: ${rule.mode})`;
    return [rule.id, modeText, rule.act.kind, rule.per, rule.owner].map(printableLine);
  });
  const lines = [
    lease?.isHeld === true
      ? `${lease.holder} decides, under lease ${lease.fence}`
      : "nobody decides: no process with the role noops holds the lease",
    ...switchLines(switches, names),
    ...(waiting === 0
      ? []
      : [
          `${count(waiting, "decision")} waiting for a person: \`tapline noops ls --state waiting-approval\``,
        ]),
    rules === null
      ? "no rules: the first start of the role noops releases the shipped ones"
      : `version ${rules.version} of the rules, by ${printableLine(makerText(rules.madeBy, names))}`,
    ...before.map(
      ({ version, madeBy, madeAtEpochMs, reason }) =>
        `  before: version ${version}, ${isoOf(madeAtEpochMs)}, by ${printableLine(makerText(madeBy, names))}${reason === null ? "" : `: ${printableLine(reason)}`}`,
    ),
    table(["RULE", "MODE", "ACT", "PER", "OWNER"], rows, "no rules"),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** What holds NoOps back, a line each. */
export function switchLines({ kill, pauses }: NoopsSwitches, names: Names): string[] {
  return [
    ...(kill === null
      ? []
      : [`KILLED by ${printableLine(personText(kill.by, names))} at ${isoOf(kill.atEpochMs)}: nothing acts`]),
    ...pauses.map(({ pauses, by, untilEpochMs }) => {
      const what = pauses === "all" ? "all acts" : "what makes something smaller";
      const until = untilEpochMs === null ? "until resumed" : `until ${isoOf(untilEpochMs)}`;
      return `paused: ${what}, ${until}, by ${printableLine(personText(by, names))}`;
    }),
  ];
}

/** The ids of those who hold NoOps back. */
export const settersOf = ({ kill, pauses }: NoopsSwitches): string[] => [
  ...(kill === null ? [] : [kill.by]),
  ...pauses.map(({ by }) => by),
];

const heads = ["ID", "STATE", "RULE", "TARGET", "AT", "TIMES", "WHAT"];

function cellsOf(decision: Decision, names: Names): string[] {
  const { id, state, ruleId, target, atEpochMs, times } = decision;
  const what = withNames(whatOf(decision), names);
  return [id, state, ruleId, target, isoOf(atEpochMs), String(times), what].map(printableLine);
}

const whatOf = ({ preview, says }: Decision): string => (preview === null ? says : `${preview}: ${says}`);

/** @throws TaplineError `invalid-input` naming those that there are */
function statesOf({ state, all }: ListOptions): DecisionState[] {
  if (state === undefined) return decisionStates.filter((one) => all === true || one !== "none");
  return state.map((name) => {
    const found = decisionStates.find((one) => one === name);
    if (found !== undefined) return found;
    throw new TaplineError("invalid-input", `${name} is no state of decisions`, {
      remedy: `say one of ${decisionStates.join(", ")}`,
    });
  });
}

export const isoOf = (epochMs: number): string => new Date(epochMs).toISOString();
