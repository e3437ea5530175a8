import { type Alert, type AlertRule, alertStates, figureText, severities } from "@tapline/core/alerts";
import { printable, printableLine, TaplineError } from "@tapline/core/kernel";
import { openAlerts } from "../wire/commands/alerts.ts";
import { table } from "./columns.ts";
import { count } from "./count.ts";
import { actorText, entryLine, peopleIn } from "./entry-line.ts";
import { findStores } from "./find-stores.ts";
import { type Names, personText } from "./person.ts";

export type Opened = ReturnType<typeof openAlerts>;

interface ListOptions {
  readonly all?: boolean;
  readonly state?: string[];
  readonly severity?: string[];
  readonly rule?: string;
  readonly site?: string;
  readonly limit: number;
  readonly after?: string;
  readonly json?: boolean;
}

export async function list(options: ListOptions): Promise<void> {
  const { all, state, severity, rule, site, limit, after, json } = options;
  const filter = {
    ...(all === true || state !== undefined ? {} : { open: true }),
    ...(state === undefined ? {} : { states: chosen(state, alertStates, "state of alerts") }),
    ...(severity === undefined ? {} : { severities: chosen(severity, severities, "severity") }),
    ...(rule === undefined ? {} : { ruleId: rule }),
    ...(site === undefined ? {} : { site }),
  };
  const page = await withAlerts(({ desk }) => desk.list(filter, limit, after ?? null));
  if (json === true) return void process.stdout.write(`${JSON.stringify(page)}\n`);
  process.stdout.write(`${table(heads, page.alerts.map(cellsOf), "no alerts")}\n`);
  if (page.next !== null) process.stderr.write(`there are more: go on by --after ${page.next}\n`);
}

export async function show(id: string, { json }: { readonly json?: boolean }): Promise<void> {
  const { alert, steps, rule, names } = await withAlerts(async ({ desk, rules, namesOf }) => {
    const [found, steps, active] = await Promise.all([desk.find(id), desk.stepsOf(id), rules.active()]);
    const rule = active?.rules.rules.find((one) => one.id === found.ruleId) ?? null;
    const actors = [...steps, ...(found.lastAct === null ? [] : [found.lastAct])].map(({ actor }) => actor);
    const people = [...peopleIn(actors), ...(found.assignee ? [found.assignee] : [])];
    return { alert: found, steps, rule, names: await namesOf(people) };
  });
  if (json === true) return void process.stdout.write(`${JSON.stringify({ alert, rule, steps })}\n`);
  const lines = [
    ...factsOf(alert, names),
    ...cardOf(rule),
    "",
    ...steps.map((step) => entryLine(step, names)),
  ];
  process.stdout.write(`${printable(lines.join("\n"))}\n`);
}

/** Works on the alerts of the installation. */
export async function withAlerts<Result>(use: (opened: Opened) => Promise<Result>): Promise<Result> {
  const { databaseUrl, redisUrl } = await findStores();
  const opened = openAlerts(databaseUrl, redisUrl);
  try {
    return await use(opened);
  } finally {
    await opened.close();
  }
}

const heads = ["ID", "SEVERITY", "STATE", "RAISED", "RULE", "MESSAGE", "SCOPE"];

/** Names of agents and sites come from outside. */
function cellsOf({ id, severity, state, raisedAtEpochMs, ruleId, message, scopeKey }: Alert): string[] {
  const cells = [id, severity, state, isoOf(raisedAtEpochMs), ruleId, message, scopeKey];
  return cells.map(printableLine);
}

function factsOf(alert: Alert, names: Names): string[] {
  const { id, rev, severity, state, message, scopeKey, ruleId, shelf, suppressedBy, lastAct } = alert;
  const figure = (value: number | null) => figureText(value, alert.unit);
  const limit = alert.limit === null ? "none" : figure(alert.limit);
  const value = `${figure(alert.value)}, limit ${limit}, farthest ${figure(alert.peakValue)}`;
  return [
    `${message} (${severity})`,
    `alert ${id}, revision ${rev}: ${state}${alert.active ? "" : ", over"}`,
    `rule ${ruleId}${scopeKey === "" ? "" : `, ${scopeKey}`}; raised ${count(alert.occurrences, "time")}, last at ${isoOf(alert.raisedAtEpochMs)}`,
    `value ${alert.active ? "when raised" : "on return"} ${value}`,
    ...(shelf === null ? [] : [`shelved until ${isoOf(shelf.untilEpochMs)} (${shelf.mode})`]),
    ...(lastAct === null
      ? []
      : [
          `${lastAct.kind.replaceAll("-", " ")} by ${actorText(lastAct.actor, names)} at ${isoOf(lastAct.atEpochMs)}`,
        ]),
    ...(alert.assignee ? [`assigned to ${assigneeText(alert, names)}`] : []),
    ...(suppressedBy === null ? [] : [`suppressed by ${suppressedBy.ruleId} ${suppressedBy.scopeKey}`]),
  ];
}

/** Who is to see to an alert, as people read it. */
export function assigneeText({ assignee }: Pick<Alert, "assignee">, names: Names): string {
  return assignee ? personText(assignee, names) : "nobody";
}

function cardOf(rule: AlertRule | null): string[] {
  if (rule === null) return ["no rule in force watches it"];
  const { cause, consequence, action, respondWithinMinutes } = rule.card;
  return [
    `do: ${action} Within ${respondWithinMinutes} min.`,
    `cause: ${cause}`,
    `else: ${consequence}`,
    `more: ${rule.runbook}`,
  ];
}

/** @throws TaplineError `invalid-input` naming those that there are */
function chosen<Name extends string>(given: readonly string[], known: readonly Name[], what: string): Name[] {
  return given.map((name) => {
    const found = known.find((one) => one === name);
    if (found !== undefined) return found;
    throw new TaplineError("invalid-input", `${name} is no ${what}`, {
      remedy: `say one of ${known.join(", ")}`,
    });
  });
}

export const isoOf = (epochMs: number): string => new Date(epochMs).toISOString();
