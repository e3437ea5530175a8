import { quantile } from "../../report.ts";

/** One sending of an agent: what it held when it began, and how that ended. */
export type Attempt = Readonly<{
  beganMs: number;
  endedMs: number;
  /** Whether the door took each tap of it. */
  isTaken: boolean;
}>;

/** How available the door was to agents. */
export type Availability = {
  /** Sendings, and how many of them broke off, were late or were refused for now. */
  readonly attempts: number;
  readonly failedAttempts: number;
  /** Of all sendings, those that were taken, percent. */
  readonly availabilityPercent: number;
  /** Whole seconds in which no sending of any agent was taken. */
  readonly secondsWithoutDelivery: number;
  /** The longest time between two sendings that were taken, of whichever agents, ms. */
  readonly longestOutageMs: number;
  /** From a tap's being due to be sent until it was taken, however often that took: 99 % were faster, ms. */
  readonly takenP99Ms: number;
};

/** @param tookMs of each tap, from when it was due; clocks are monotonic and the same */
export function availability(attempts: readonly Attempt[], tookMs: readonly number[]): Availability {
  const taken = attempts.filter(({ isTaken }) => isTaken).map(({ endedMs }) => endedMs);
  const begin = Math.min(...attempts.map(({ beganMs }) => beganMs));
  const end = Math.max(...attempts.map(({ endedMs }) => endedMs));
  const moments = [begin, ...taken.toSorted((a, b) => a - b), end];
  const served = new Set(taken.map((ms) => Math.floor((ms - begin) / 1000)));
  const seconds = Math.floor((end - begin) / 1000);
  const gaps = moments.map((ms, at) => ms - (moments[at - 1] ?? ms));
  return {
    attempts: attempts.length,
    failedAttempts: attempts.length - taken.length,
    availabilityPercent: percent(taken.length, attempts.length),
    secondsWithoutDelivery: Array.from({ length: seconds }, (_, at) => at).filter((at) => !served.has(at))
      .length,
    longestOutageMs: Math.round(Math.max(...gaps)),
    takenP99Ms: Math.round(quantile(tookMs, 0.99)),
  };
}

/** Percent to three digits behind the point, never rounded up to a whole that it is not. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((part / whole) * 100_000) / 1000;
}
