import { severities } from "../rule.ts";
import type { AlertNotice, NoticeKind } from "./notice.ts";

/** Most notifications that a channel makes for each browser in any minute, tests apart; the last of them tells how many more there are. */
export const pushesEachMinute = 6;

const minuteMs = 60_000;

/** Whether the next notice is told by itself, together with all that wait, or later, when the minute since an earlier one is over. */
export type PushTurn =
  /** With when the channel told of something in this minute, this time included. */
  | { readonly kind: "alone" | "together"; readonly toldAtEpochMs: readonly number[] }
  | { readonly kind: "later"; readonly atEpochMs: number };

/** @param toldAtEpochMs when the channel told of something before; what is a minute old counts for nothing */
export function nextPush(toldAtEpochMs: readonly number[], nowEpochMs: number): PushTurn {
  // Also where a clock was set back.
  const told = toldAtEpochMs.filter((at) => Math.abs(nowEpochMs - at) < minuteMs);
  if (told.length >= pushesEachMinute) return { kind: "later", atEpochMs: Math.min(...told) + minuteMs };
  const kind = told.length + 1 === pushesEachMinute ? "together" : "alone";
  return { kind, toldAtEpochMs: [...told, nowEpochMs] };
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
