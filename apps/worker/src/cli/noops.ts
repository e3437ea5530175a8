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
  const page = await withNoops(({ desk }) => desk.list(filter, limit, after ?? null));
  if (json === true) return void process.stdout.write(`${JSON.stringify(page)}\n`);
  process.stdout.write(`${table(heads, page.decisions.map(cellsOf), "no decisions")}\n`);
  if (page.next !== null) process.stderr.write(`there are more: go on by --after ${page.next}\n`);
}

/** Releases of the rules before the one in force. */
const shownBefore = 5;

export async function show({ json }: { readonly json?: boolean }): Promise<void> {
  const { switches, rules, lease, waiting, before } = await withNoops(async ({ desk, rules: releases }) => {
    const [standing, all] = await Promise.all([desk.standing(), releases.list()]);
    return { ...standing, before: all.slice(0, -1).slice(-shownBefore).toReversed() };
  });
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
    ...switchLines(switches),
    ...(waiting === 0
      ? []
      : [
          `${count(waiting, "decision")} waiting for a person: \`tapline noops ls --state waiting-approval\``,
        ]),
    rules === null
      ? "no rules: the first start of the role noops releases the shipped ones"
      : `version ${rules.version} of the rules, by ${printableLine(rules.madeBy)}`,
    ...before.map(
      ({ version, madeBy, madeAtEpochMs, reason }) =>
        `  before: version ${version}, ${isoOf(madeAtEpochMs)}, by ${printableLine(madeBy)}${reason === null ? "" : `: ${printableLine(reason)}`}`,
    ),
    table(["RULE", "MODE", "ACT", "PER", "OWNER"], rows, "no rules"),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** What holds NoOps back, a line each. */
export function switchLines({ kill, pauses }: NoopsSwitches): string[] {
  return [
    ...(kill === null
      ? []
      : [`KILLED by ${printableLine(kill.by)} at ${isoOf(kill.atEpochMs)}: nothing acts`]),
    ...pauses.map(({ pauses, by, untilEpochMs }) => {
      const what = pauses === "all" ? "all acts" : "what makes something smaller";
      const until = untilEpochMs === null ? "until resumed" : `until ${isoOf(untilEpochMs)}`;
      return `paused: ${what}, ${until}, by ${printableLine(by)}`;
    }),
  ];
}

const heads = ["ID", "STATE", "RULE", "TARGET", "AT", "TIMES", "WHAT"];

function cellsOf({ id, state, ruleId, target, atEpochMs, times, preview, says }: Decision): string[] {
  const what = preview === null ? says : `${preview}: ${says}`;
  return [id, state, ruleId, target, isoOf(atEpochMs), String(times), what].map(printableLine);
}

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
