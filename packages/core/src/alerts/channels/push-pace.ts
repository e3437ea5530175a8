import { severities } from "../rule.ts";
import type { AlertNotice, NoticeKind } from "./notice.ts";

/** Most notifications that a channel sends to each browser in a minute; the last of them tells how many more there are. */
export const pushesEachMinute = 6;

const minuteMs = 60_000;

/** How much a channel of browsers has told since when. */
export type PushPace = { readonly sinceEpochMs: number; readonly told: number };

/** Whether the next notice is told by itself, together with all that wait, or at the end of the minute. */
export type PushTurn =
  | { readonly kind: "alone" | "together"; readonly pace: PushPace }
  | { readonly kind: "later"; readonly atEpochMs: number };

/** @param pace null: it has told nothing yet */
export function nextPush(pace: PushPace | null, nowEpochMs: number): PushTurn {
  // Also where a clock was set back.
  const isOver = pace === null || Math.abs(nowEpochMs - pace.sinceEpochMs) >= minuteMs;
  const now = isOver ? { sinceEpochMs: nowEpochMs, told: 0 } : pace;
  if (now.told >= pushesEachMinute) return { kind: "later", atEpochMs: now.sinceEpochMs + minuteMs };
  const told = now.told + 1;
  return { kind: told === pushesEachMinute ? "together" : "alone", pace: { ...now, told } };
}

/** So many notices of a kind and severity that are told as one. */
export type TogetherCount = {
  readonly kind: NoticeKind;
  readonly severity: AlertNotice["severity"];
  readonly count: number;
};

/** What stands for notices that are told as one: as urgent as the most urgent call among them. @param id of its own */
export function togetherNotice(
  id: string,
  counts: readonly TogetherCount[],
  nowEpochMs: number,
): AlertNotice {
  const sum = (of: readonly TogetherCount[]) => of.reduce((total, { count }) => total + count, 0);
  const calls = counts.filter(({ kind }) => kind === "call");
  const [called, others] = [sum(calls), sum(counts) - sum(calls)];
  const worst = severities.find((severity) => calls.some((one) => one.severity === severity)) ?? "info";
  const critical = sum(calls.filter(({ severity }) => severity === "critical"));
  const alerts = (count: number) => `${count} more alert${count === 1 ? "" : "s"}`;
  const said = [
    ...(called === 0 ? [] : [`${alerts(called)}${critical === 0 ? "" : `, ${critical} of them critical`}`]),
    ...(others === 0 ? [] : [`news of ${called === 0 ? alerts(others) : `${others} told before`}`]),
  ];
  return {
    ...{ kind: "more", alertId: id, rev: 1, ruleId: "more", severity: worst, message: said.join("; ") },
    ...{ scope: {}, value: null, limit: null, action: "Open the console: it has each of them." },
    ...{ runbook: "docs/operations.md#alert-channels", raisedAtEpochMs: nowEpochMs, atEpochMs: nowEpochMs },
    ...{ by: null, step: 0 },
  };
}
