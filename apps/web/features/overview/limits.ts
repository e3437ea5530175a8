/** A tap that waits longer than this has not simply met a busy second: something holds it. */
export const oldestAgeLimitMs = 30_000;

/** True where the oldest tap of the backlog waits too long. */
export function waitsTooLong(oldestAgeMs: number | null): boolean {
  return oldestAgeMs !== null && oldestAgeMs > oldestAgeLimitMs;
}

/** As the shipped rule `archive-away` has it: what lasts less may be over before anybody has looked, ms. */
const awayIsCriticalMs = 60_000;

export function isAwayTooLong({ sinceEpochMs }: { sinceEpochMs: number }, nowEpochMs: number): boolean {
  return nowEpochMs - sinceEpochMs > awayIsCriticalMs;
}
