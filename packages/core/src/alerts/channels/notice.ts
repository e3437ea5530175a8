import { z } from "zod";
import { kpiScopeSchema } from "../../kpi/index.ts";
import { figureText } from "../event-of.ts";
import { severities } from "../rule.ts";
import { tellable } from "./channel.ts";

/** What a message says: how an alert stood; that a channel is being tried; or how many alerts there are beside those that were told. */
export const alertNoticeSchema = z.strictObject({
  kind: z.enum([...tellable, "test", "more"]),
  alertId: z.uuid(),
  /** Of the alert as it is told: who acts by the message has seen this one. */
  rev: z.int().min(1),
  ruleId: z.string(),
  severity: z.enum(severities),
  message: z.string(),
  scope: kpiScopeSchema,
  value: z.number().nullable(),
  limit: z.number().nullable(),
  /** Of both, as the KPI catalogue names it; messages of before it was told have none. */
  unit: z.string().optional(),
  /** What to do, in a sentence, and at length. */
  action: z.string(),
  runbook: z.string(),
  /** Since when the breach stood; messages of before it was told have none. */
  breachedAtEpochMs: z.int().optional(),
  raisedAtEpochMs: z.int(),
  /** When what is told happened. */
  atEpochMs: z.int(),
  /** Who acknowledged, or asked for the test; else null. */
  by: z.string().nullable(),
  /** Which telling of the same call this is: from 0, more where it went on unacknowledged. */
  step: z.int().min(0),
});

export type AlertNotice = z.infer<typeof alertNoticeSchema>;
export type NoticeKind = AlertNotice["kind"];

/** Where a message leads; null where this installation has said no address of its console. */
export type NoticeLinks = { readonly console: string | null; readonly acknowledge: string | null };

/** What a link may be in every form; Slack takes 3,000 characters. */
const longestLink = 2_000;

/** The section of ours that a rule's runbook is, as the console's page of runbooks has it; null where it is another page. */
export function runbookSection(runbook: string): string | null {
  const [, section] = /^docs\/runbooks\.md#([a-z0-9-]+)$/.exec(runbook) ?? [];
  return section ?? null;
}

/**
 * Where a rule's runbook can be read: a section of ours on the console's page, somebody's own page where it is.
 * @returns null where nobody could follow it: another page of docs, or no console that is known
 */
export function runbookLink(runbook: string, console: string | null): string | null {
  const section = runbookSection(runbook);
  if (section !== null) return console === null ? null : new URL(`/runbooks#${section}`, console).href;
  const isLink = runbook.startsWith("https://") && runbook.length <= longestLink && URL.canParse(runbook);
  return isLink ? runbook : null;
}

/** What a reader can follow, as pairs of a word and an address; `acknowledge` says what that link does. */
export function waysOf(
  { runbook }: AlertNotice,
  { console, acknowledge }: NoticeLinks,
  acknowledgeWords = "Acknowledge",
): [string, string][] {
  const ways: [string, string | null][] = [
    [acknowledgeWords, acknowledge],
    ["Console", console],
    ["Runbook", runbookLink(runbook, console)],
  ];
  return ways.flatMap(([word, url]): [string, string][] => (url === null ? [] : [[word, url]]));
}

/** Shape and text, never colour alone. */
const marks = { critical: "◆", warning: "▲", info: "●" } as const;

const heads: Readonly<Record<NoticeKind, string>> = {
  ...{ call: "", acknowledged: "Acknowledged: ", over: "Over: ", test: "Test: ", more: "" },
};

/** One line for all forms, such as `◆ critical · Agent gym-7 is offline`. No control characters, 200 characters at most. */
export function headlineOf({ kind, severity, message, step }: AlertNotice): string {
  const again = step === 0 ? "" : ` (step ${step + 1}: nobody has acknowledged yet)`;
  const line = `${heads[kind]}${marks[severity]} ${severity} · ${message}`.replace(/\p{C}+/gu, " ");
  return `${[...line].slice(0, 200 - again.length).join("")}${again}`;
}

/**
 * Everything else that a reader needs, as pairs of a word and what it says.
 * @param isRunbookLinked whether the runbook is a link of its own beside them
 */
export function factsOf(notice: AlertNotice, isRunbookLinked = false): [string, string][] {
  const { scope, value, limit, unit, action, runbook, raisedAtEpochMs, by, kind } = notice;
  const figure = (word: string, given: number | null): [string, string][] =>
    given === null ? [] : [[word, unit === undefined ? String(given) : figureText(given, unit)]];
  const places = Object.entries(scope).map(([dimension, name]): [string, string] => [dimension, name ?? ""]);
  return [
    ["rule", notice.ruleId],
    ...places,
    ...figure(kind === "over" ? "value on return" : "value when raised", value),
    ...figure("limit", limit),
    // In whose zone it is read nobody knows here.
    ["raised", new Date(raisedAtEpochMs).toUTCString().replace("GMT", "UTC")],
    ...(by === null
      ? []
      : [[kind === "acknowledged" ? "acknowledged by" : "asked for by", by] as [string, string]]),
    ["what to do", action],
    ...(isRunbookLinked ? [] : [["runbook", runbook] as [string, string]]),
  ];
}
