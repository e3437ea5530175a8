import {
  type AlertRule,
  maxPreviewMs,
  nearestText,
  type PreviewedScope,
  parseAlertRules,
} from "@tapline/core/alerts";
import { printableLine, TaplineError } from "@tapline/core/kernel";
import { scopeKey } from "@tapline/core/kpi";
import type { ToldPreview } from "../wire/commands/alerts.ts";
import { isoOf, withAlerts } from "./alerts.ts";
import { columns } from "./columns.ts";
import { count } from "./count.ts";
import { readYaml } from "./read-yaml.ts";
import { spanText } from "./span-text.ts";
import { warningsOf } from "./unknown-names.ts";

interface Options {
  readonly rule?: string;
  readonly days: number;
  readonly json?: boolean;
}

const [minuteMs, dayMs] = [60_000, 24 * 3_600_000];
const maxScopes = 20_000;
/** Of one rule; JSON has them all. */
const mostShown = 20;

/** Says how often each rule of a file would have fired, had it been in force. */
export async function preview(file: string, { rule, days, json }: Options): Promise<void> {
  if (days < 1 || days * dayMs > maxPreviewMs)
    throw new TaplineError("invalid-input", `${days} days cannot be looked back`, {
      remedy: `say 1 to ${maxPreviewMs / dayMs}: history by the minute is kept no longer`,
    });
  const rules = chosen(parseAlertRules(await readYaml(file)).rules, rule, file);
  const bounds = { spanMs: days * dayMs, maxScopes, limitMs: Number.POSITIVE_INFINITY };
  await withAlerts(async ({ previews }) => {
    for (const one of rules) {
      const told = await previews.preview(one, bounds);
      process.stdout.write(`${json === true ? JSON.stringify(told) : previewText(told)}\n`);
    }
  });
}

function previewText(told: ToldPreview): string {
  const { ruleId, scopes, unjudged } = told;
  const warnings = warningsOf(told.unknown);
  if (unjudged.because !== null)
    return [`${ruleId}: cannot be judged: ${reasons[unjudged.because]}`, ...warnings].join("\n  ");
  const rows = scopes.slice(0, mostShown).map(cellsOf);
  const more = scopes.length - rows.length;
  const lines = [
    `${ruleId}: ${sumOf(told)}`,
    ...(rows.length === 0 ? [] : columns(rows).split("\n")),
    ...(more > 0 ? [`and ${more} more, which --json names`] : []),
    ...gapsOf(told),
    ...warnings,
  ];
  return lines.join("\n  ");
}

/** Of time without history nothing is claimed: neither that it would have fired nor that it would not. */
function sumOf({ fired, activeMs, longestMs, fromEpochMs, untilEpochMs, unjudged }: ToldPreview): string {
  const [askedMs, since] = [untilEpochMs - fromEpochMs, `since ${isoOf(fromEpochMs)}`];
  const beforeMs = unjudged.beforeEpochMs === null ? 0 : unjudged.beforeEpochMs - fromEpochMs;
  const judgedMs = askedMs - beforeMs - unjudged.missingMs;
  if (judgedMs <= 0) return `whether it would have fired ${since} cannot be said: nobody kept history then`;
  const sum = `${count(fired, "time")}, active for ${minutes(activeMs)} in all, for ${minutes(longestMs)} at most`;
  const part =
    judgedMs < askedMs
      ? `in the ${spanText(judgedMs)} of ${spanText(askedMs)} of which there is history, `
      : "";
  return `${part}${fired === 0 && activeMs === 0 ? "would not have fired" : sum} ${since}`;
}

const reasons: Readonly<Record<NonNullable<ToldPreview["unjudged"]["because"]>, string>> = {
  "levels-not-kept": "no history is kept of this level of single agents and readers",
  "silence-not-kept": "in its history silence looks as if nothing had happened",
};

/** What nobody can know. */
function gapsOf({ unjudged, resolutionMs }: ToldPreview): string[] {
  const { beforeEpochMs, missingMs, refusedScopes, windowMs } = unjudged;
  return [
    `judged by steps of ${resolutionMs / 1_000} s: what was shorter is not seen`,
    ...(beforeEpochMs === null
      ? []
      : [`not judged before ${isoOf(beforeEpochMs)}: no history is kept so long`]),
    ...(missingMs === 0 ? [] : [`not judged for ${spanText(missingMs)}: nobody kept history then`]),
    ...(windowMs === null ? [] : [`its window of ${spanText(windowMs)} reaches back beyond what is kept`]),
    ...(refusedScopes === 0
      ? []
      : [`not judged for ${refusedScopes} scopes: there are more than ${maxScopes}`]),
  ];
}

/** Names of agents and sites come from outside. */
function cellsOf({ scope, fired, activeMs, longestMs, stoodBefore, stands }: PreviewedScope): string[] {
  const key = scopeKey(scope);
  const notes = [...(stoodBefore ? ["stood before"] : []), ...(stands ? ["would still stand"] : [])];
  const cells = [key === "" ? "all" : key, count(fired, "time"), `${minutes(activeMs)} in all`];
  return [...cells, `${minutes(longestMs)} at most`, notes.join(", ")].map(printableLine);
}

const minutes = (ms: number): string => `${Math.round(ms / minuteMs)} min`;

/** @throws TaplineError `not-found` */
function chosen(rules: readonly AlertRule[], id: string | undefined, file: string): readonly AlertRule[] {
  if (id === undefined) return rules;
  const found = rules.filter((rule) => rule.id === id);
  if (found.length > 0) return found;
  const names = rules.map((rule) => rule.id);
  throw new TaplineError("not-found", `${file} has no rule ${id}`, { remedy: nearestText(id, names) });
}
