/** A tap that waits longer than this has not simply met a busy second: something holds it. */
export const oldestAgeLimitMs = 30_000;

/** True where the oldest tap of the backlog waits too long. */
export function waitsTooLong(oldestAgeMs: number | null): boolean {
  return oldestAgeMs !== null && oldestAgeMs > oldestAgeLimitMs;
}
