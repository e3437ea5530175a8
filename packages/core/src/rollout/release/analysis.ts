import { Histogram, quantileOf } from "../../telemetry/index.ts";
import type { Evidence } from "./evidence.ts";
import type { Verdict } from "./shift.ts";
import { chanceOfMore, type Proportion } from "./two-proportions.ts";

/** When a difference counts. */
export const analysisLimits = {
  /** Fewer attempts of the new release say nothing good. */
  minAttempts: 10,
  /**
   * A difference is one where chance alone would show it less often than this. Far below the usual 0.05, since the evidence is
   * looked at again and again.
   */
  chance: 0.001,
  /** Smaller differences of ratios (0-1) are none, however sure. */
  minDifference: 0.02,
  /** Taps come in segments, of one agent as often as not, and are alike: so many count as one. */
  tapsPerSample: 10,
  /** Where nothing is there to compare with, this error ratio is too much, from so many failures on. */
  maxErrorRatio: 0.1,
  minFailures: 3,
  /**
   * p99 may be so many times the old one, and so much longer in any case, ms; told from so many samples on. Of fewer the median is
   * looked at in the same way, and how sure it is.
   */
  maxSlowdown: 2,
  slackMs: 100,
  minTimed: 20,
  /** So many have to be that late: a process that has just begun finds everything cold. Of the median so many, and half of all. */
  minLate: 10,
  minMostlyLate: 3,
} as const;

/** One look at one kind of evidence. */
export type Check = {
  readonly name: "results" | "errors" | "refused" | "latency";
  readonly isBad: boolean;
  /** Of the old and the new release: ratios 0-1, or ms; null where nobody knows. */
  readonly stable: number | null;
  readonly target: number | null;
};

/** What the evidence says of the new release: bad as soon as one check is; good only where there is enough of it. */
export function analyse(
  stable: Evidence,
  target: Evidence,
): { readonly verdict: Verdict; readonly checks: Check[] } {
  const checks = [results(target), errors(stable, target), refused(stable, target), latency(stable, target)];
  const bad = checks.filter(({ isBad }) => isBad).map(words);
  if (bad.length > 0) return { verdict: { is: "bad", why: bad.join("; ") }, checks };
  const { attempts } = target;
  if (attempts < analysisLimits.minAttempts)
    return { verdict: { is: "missing", why: `only ${attempts} attempts were seen` }, checks };
  return { verdict: { is: "good", why: `${attempts} attempts show nothing worse than before` }, checks };
}

/** One other result is enough: both colours were given the same. */
function results({ compared, differing }: Evidence): Check {
  const ratio = compared === 0 ? null : differing / compared;
  return { name: "results", isBad: differing > 0, stable: null, target: ratio };
}

function errors(stable: Evidence, target: Evidence): Check {
  const [old, now] = [ofAttempts(stable), ofAttempts(target)];
  const isAlone = old.of < analysisLimits.minAttempts;
  const isBad = isAlone
    ? now.hits >= analysisLimits.minFailures && now.hits / now.of > analysisLimits.maxErrorRatio
    : isMore(now, old);
  return { name: "errors", isBad, stable: ratioOf(old), target: ratioOf(now) };
}

/** More refused taps are as bad as fewer: one loses what is good, the other lets in what is not. */
function refused(stable: Evidence, target: Evidence): Check {
  const [old, now] = [ofTaps(stable), ofTaps(target)];
  const taken = ({ of, hits }: Proportion): Proportion => ({ of, hits: of - hits });
  const isBad = isMore(now, old) || isMore(taken(now), taken(old));
  return { name: "refused", isBad, stable: ratioOf(old), target: ratioOf(now) };
}

function latency(stable: Evidence, target: Evidence): Check {
  const { minTimed, minLate } = analysisLimits;
  const [old, now] = [p99Of(stable, minTimed), p99Of(target, minTimed)];
  const isTail = old !== null && isLater(old, stable, target, minLate);
  return { name: "latency", isBad: isTail || isMostlyLate(stable, target), stable: old, target: now };
}

/** Whether more of what the new release does takes clearly longer than `ms`, a quantile of the old one. */
function isLater(ms: number, stable: Evidence, target: Evidence, minLate: number): boolean {
  const { maxSlowdown, slackMs } = analysisLimits;
  const limitMs = Math.max(ms * maxSlowdown, ms + slackMs);
  const late = laterThan(limitMs, target);
  return late.hits >= minLate && isMore(late, laterThan(limitMs, stable));
}

/** Whether what is usual for the new release was seldom before: told by few samples, too, where the first one or two may be slow by themselves. */
function isMostlyLate(stable: Evidence, target: Evidence): boolean {
  const old = quantileOf(stable.took, 0.5);
  const timed = laterThan(0, target).of;
  const minLate = Math.max(analysisLimits.minMostlyLate, timed / 2);
  return old !== null && isLater(old, stable, target, minLate);
}

function laterThan(limitMs: number, { took }: Evidence): Proportion {
  const values = Histogram.from(took).values();
  const count = (late: boolean): number =>
    values.reduce((sum, { value, count }) => sum + (!late || value > limitMs ? count : 0), 0);
  return { of: count(false), hits: count(true) };
}

const ofAttempts = ({ attempts, failures }: Evidence): Proportion => ({
  of: attempts,
  hits: Math.min(failures, attempts),
});

function ofTaps({ taps, rejected }: Evidence): Proportion {
  const { tapsPerSample } = analysisLimits;
  return { of: Math.round(taps / tapsPerSample), hits: Math.round(rejected / tapsPerSample) };
}

function isMore(one: Proportion, other: Proportion): boolean {
  const [ratio, before] = [ratioOf(one), ratioOf(other)];
  if (ratio === null || before === null || ratio - before < analysisLimits.minDifference) return false;
  return chanceOfMore(one, other) < analysisLimits.chance;
}

const ratioOf = ({ of, hits }: Proportion): number | null => (of === 0 ? null : hits / of);

function p99Of({ took }: Evidence, minTimed: number): number | null {
  const timed = took.buckets.reduce((sum, [, count]) => sum + count, took.zero);
  return timed < minTimed ? null : quantileOf(took, 0.99);
}

function words({ name, stable, target }: Check): string {
  if (name === "results") return "it comes to other results than the old release for the same taps";
  if (name === "latency" && target === null) return "most of what it does takes longer than before";
  const what = { errors: "attempts that fail", refused: "taps that are refused", latency: "p99" }[name];
  const form = (value: number | null): string => {
    if (value === null) return "unknown";
    return name === "latency" ? `${Math.round(value)} ms` : `${(value * 100).toFixed(1)} %`;
  };
  return `${what}: ${form(target)}, before ${form(stable)}`;
}
