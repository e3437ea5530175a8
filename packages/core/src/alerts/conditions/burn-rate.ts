import type { ConditionOf } from "../condition.ts";
import { beyond } from "./beyond.ts";
import { type Evaluator, type Finding, never } from "./finding.ts";

/** The short window is kept in this many parts, each of which leaves it at once. */
const parts = 12;

/** Events of one part of the window; `at`: its number by the clock. */
type Part = { readonly at: number; readonly bad: number; readonly total: number };

export type BurnRateState = Finding & {
  /** Parts with events, in order of time; at most as many as the long window has. */
  readonly parts: readonly Part[];
  /** The part that is under way. */
  readonly at: number;
  /** The part in which watching began. */
  readonly since: number;
  /** Whether the source has fallen silent: then it is not known what happens. */
  readonly isSilent: boolean;
};

/** How long a part is, ms: a window is whole parts, the one under way among them. */
export function burnRatePartMs({ shortMs }: Pick<ConditionOf<"burn-rate">, "shortMs">): number {
  return shortMs / parts;
}

/**
 * Whether the error budget burns too fast over both windows. Its value is the slower of the two burn rates, as the condition is met
 * when that one is beyond the factor. Nobody knows while the source is silent, the short window is empty, or too few events were
 * seen because watching has only begun; where a whole long window has too few, it is not breached.
 */
export function burnRateEvaluator(condition: ConditionOf<"burn-rate">): Evaluator<BurnRateState> {
  const { factor, minEvents, objectiveRatio } = condition;
  const isBeyond = beyond({ above: factor }, condition.deadBand);
  const partMs = burnRatePartMs(condition);
  const longParts = Math.ceil(condition.longMs / partMs);
  const burn = ({ bad, total }: { bad: number; total: number }) => bad / total / (1 - objectiveRatio);

  function judge(state: BurnRateState): BurnRateState {
    const { at } = state;
    const first = state.parts.findIndex((part) => part.at > at - longParts);
    const kept = first === 0 ? state.parts : first < 0 ? [] : state.parts.slice(first);
    const [long, short] = [sumSince(kept, at - longParts), sumSince(kept, at - parts)];
    if (state.isSilent) return { ...state, parts: kept, known: false, dueMs: never };
    // Good events that leave may raise the rate as well as bad ones may lower it: while there are bad ones, time tells.
    const base = { ...state, parts: kept, dueMs: long.bad > 0 || state.breached ? (at + 1) * partMs : never };
    if (long.total < minEvents)
      return at - state.since < longParts
        ? { ...base, known: false }
        : { ...base, known: true, breached: false };
    if (short.total === 0) return { ...base, known: false };
    const value = Math.min(burn(long), burn(short));
    return { ...base, known: true, value, breached: isBeyond(value, state.breached) };
  }

  return {
    begin(nowMs, wasBreached) {
      const at = Math.floor(nowMs / partMs);
      const dueMs = wasBreached ? (at + 1) * partMs : never;
      const found = { breached: wasBreached, known: false, value: null, limit: factor, dueMs };
      return { ...found, parts: [], at, since: at, isSilent: false };
    },
    step(state, sample, nowMs) {
      const at = Math.floor(nowMs / partMs);
      if (sample === null) return at === state.at ? state : judge({ ...state, at });
      const counted = counting(state.parts, at, sample.events);
      return judge({ ...state, at, parts: counted, isSilent: sample.value === null });
    },
  };
}

function counting(
  all: readonly Part[],
  at: number,
  events: { readonly good: number; readonly total: number } | undefined,
): readonly Part[] {
  if (events === undefined || events.total === 0) return all;
  const bad = events.total - events.good;
  const last = all.at(-1);
  return last?.at === at
    ? [...all.slice(0, -1), { at, bad: last.bad + bad, total: last.total + events.total }]
    : [...all, { at, bad, total: events.total }];
}

/** What happened in the parts after `before`. */
function sumSince(all: readonly Part[], before: number): { bad: number; total: number } {
  const sum = { bad: 0, total: 0 };
  for (let index = all.length - 1; index >= 0; index--) {
    const part = all[index];
    if (part === undefined || part.at <= before) break;
    sum.bad += part.bad;
    sum.total += part.total;
  }
  return sum;
}
