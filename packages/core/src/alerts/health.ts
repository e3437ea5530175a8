import type { AlertState, TransitionKind } from "./alert.ts";
import { type Severity, severities } from "./rule.ts";

/** One step of one alert's life, as far as the measures go. */
export type HealthTransition = {
  readonly ruleId: string;
  readonly scopeKey: string;
  readonly severity: Severity;
  readonly kind: TransitionKind;
  readonly to: AlertState;
  readonly atEpochMs: number;
};

/** An alert whose breach stands, and since when. */
export type StandingAlert = Pick<HealthTransition, "ruleId" | "scopeKey" | "severity"> & {
  readonly raisedAtEpochMs: number;
};

export type HealthAsk = {
  /** In any order; those outside the span do not count. */
  readonly transitions: readonly HealthTransition[];
  /** All whose breach stands at `untilEpochMs`. */
  readonly active: readonly StandingAlert[];
  /** Between how many people on shift alerts are shared; at least 1. */
  readonly operators: number;
  readonly fromEpochMs: number;
  readonly untilEpochMs: number;
};

const periodMs = 600_000;
const chatterMs = 60_000;
const chatterTimes = 3;
const staleMs = 24 * 3_600_000;
const topRules = 10;

/**
 * What ANSI/ISA-18.2-2016 (table 7) and EEMUA 191 hold for tolerable; the last three are shares, 0-1. Of severities about 5, 15
 * and 80 % are wanted.
 */
export const healthTargets = {
  perOperatorPer10Min: 1,
  /** A period with more is a flood; it lasts until one with fewer than `floodEndsBelow`. */
  floodAbove: 10,
  floodEndsBelow: 5,
  chattering: 0,
  stale: 4,
  floodRatio: 0.01,
  topTenRatio: 0.05,
  severityRatios: { critical: 0.05, warning: 0.15, info: 0.8 } satisfies Record<Severity, number>,
} as const;

/** How much an alert asked for attention. */
export type Counted = { readonly ruleId: string; readonly scopeKey: string; readonly times: number };

export type AlertHealth = {
  /** Alerts that called somebody: raised, or let go, into a state that wants an acknowledgement. */
  readonly annunciated: number;
  readonly perOperatorPer10Min: { readonly mean: number; readonly max: number };
  /** Of all periods of 10 min, in whole ones since 1970; `floods` are spans of such periods. */
  readonly floodRatio: number;
  readonly floods: readonly {
    readonly fromEpochMs: number;
    readonly untilEpochMs: number;
    readonly alerts: number;
  }[];
  /** Raised 3 times or more within 60 s, the most often first. */
  readonly chattering: readonly Counted[];
  /** In breach for more than 24 h, the oldest first. */
  readonly stale: readonly StandingAlert[];
  /** The rules that called most often. */
  readonly top: readonly { readonly ruleId: string; readonly times: number }[];
  /** Share of the calls that the top rules made; null without any. */
  readonly topRatio: number | null;
  readonly severities: Readonly<Record<Severity, number>>;
};

/**
 * The standard measures of an alarm system, from what its alerts went through.
 * @throws RangeError where the span is empty or there is nobody on shift
 */
export function alertHealth(ask: HealthAsk): AlertHealth {
  const { fromEpochMs, untilEpochMs, operators } = ask;
  if (untilEpochMs <= fromEpochMs || operators < 1)
    throw new RangeError("the measures need a span of time and somebody on shift");
  const within = ask.transitions.filter(
    ({ atEpochMs }) => atEpochMs >= fromEpochMs && atEpochMs < untilEpochMs,
  );
  const calls = within.filter(isCall);
  const periods = perPeriod(calls, ask);
  const floods = floodsIn(periods, operators, fromEpochMs);
  const floodPeriods = floods.reduce(
    (sum, flood) => sum + (flood.untilEpochMs - flood.fromEpochMs) / periodMs,
    0,
  );
  const top = mostOften(calls, ({ ruleId }) => ruleId).slice(0, topRules);
  const topTimes = top.reduce((sum, { times }) => sum + times, 0);
  return {
    annunciated: calls.length,
    perOperatorPer10Min: {
      mean: calls.length / ((untilEpochMs - fromEpochMs) / periodMs) / operators,
      max: Math.max(...periods) / operators,
    },
    floodRatio: floodPeriods / periods.length,
    floods,
    chattering: chatteringOf(within),
    stale: ask.active
      .filter(({ raisedAtEpochMs }) => untilEpochMs - raisedAtEpochMs > staleMs)
      .toSorted((one, other) => one.raisedAtEpochMs - other.raisedAtEpochMs),
    top: top.map(({ of, times }) => ({ ruleId: of, times })),
    topRatio: calls.length === 0 ? null : topTimes / calls.length,
    severities: Object.fromEntries(
      severities.map((severity) => [severity, calls.filter((one) => one.severity === severity).length]),
    ) as Record<Severity, number>,
  };
}

/** The steps by which an alert may come to call somebody. */
export const callingKinds: readonly TransitionKind[] = [
  "raised",
  "unsuppressed",
  "shelf-expired",
  "unshelved",
  "returned-to-service",
];

/** Whether a step calls somebody. */
function isCall({ kind, to }: HealthTransition): boolean {
  return callingKinds.includes(kind) && to === "active-unacknowledged";
}

/** Calls in each period that the span touches. */
function perPeriod(calls: readonly HealthTransition[], { fromEpochMs, untilEpochMs }: HealthAsk): number[] {
  const first = Math.floor(fromEpochMs / periodMs);
  const counts = Array<number>(Math.ceil(untilEpochMs / periodMs) - first).fill(0);
  for (const { atEpochMs } of calls) {
    const index = Math.floor(atEpochMs / periodMs) - first;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

function floodsIn(periods: readonly number[], operators: number, fromEpochMs: number): AlertHealth["floods"] {
  const first = Math.floor(fromEpochMs / periodMs);
  const floods: { fromEpochMs: number; untilEpochMs: number; alerts: number }[] = [];
  let isFlood = false;
  for (const [index, count] of periods.entries()) {
    const each = count / operators;
    const begins: boolean = !isFlood && each > healthTargets.floodAbove;
    isFlood = begins || (isFlood && each >= healthTargets.floodEndsBelow);
    if (!isFlood) continue;
    const untilEpochMs = (first + index + 1) * periodMs;
    if (begins) floods.push({ fromEpochMs: untilEpochMs - periodMs, untilEpochMs, alerts: count });
    else {
      const last = floods.pop();
      if (last !== undefined) floods.push({ ...last, untilEpochMs, alerts: last.alerts + count });
    }
  }
  return floods;
}

function chatteringOf(within: readonly HealthTransition[]): Counted[] {
  const raises = within.filter(({ kind }) => kind === "raised");
  const byAlert = Map.groupBy(raises, ({ ruleId, scopeKey }) => `${ruleId} ${scopeKey}`);
  return [...byAlert.values()]
    .filter((all) => {
      const at = all.map(({ atEpochMs }) => atEpochMs).toSorted((one, other) => one - other);
      return at.some(
        (last, index) => last - (at[index - chatterTimes + 1] ?? Number.NEGATIVE_INFINITY) <= chatterMs,
      );
    })
    .flatMap(([one, ...others]) =>
      one === undefined ? [] : [{ ruleId: one.ruleId, scopeKey: one.scopeKey, times: others.length + 1 }],
    )
    .toSorted((one, other) => other.times - one.times);
}

function mostOften(all: readonly HealthTransition[], nameOf: (one: HealthTransition) => string) {
  return [...Map.groupBy(all, nameOf)]
    .map(([of, those]) => ({ of, times: those.length }))
    .toSorted((one, other) => other.times - one.times || (one.of < other.of ? -1 : 1));
}
