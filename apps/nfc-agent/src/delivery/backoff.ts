/** How long to wait before attempt after attempt. */
export type Backoff = {
  /** Anything from nothing up to a ceiling that doubles each time, from 250 ms to 30 s. */
  nextMs(): number;
  reset(): void;
};

const firstMs = 250;
const longestMs = 30_000;

/**
 * "Full jitter" (AWS Architecture Blog, "Exponential Backoff And Jitter"): agents that all lost the same server come
 * back evenly spread, which asks least of it.
 * @param random numbers in [0, 1)
 */
export function fullJitterBackoff(random: () => number): Backoff {
  let failures = 0;
  return {
    nextMs() {
      const ceilingMs = Math.min(longestMs, firstMs * 2 ** failures);
      failures = Math.min(failures + 1, 16);
      return random() * ceilingMs;
    },
    reset() {
      failures = 0;
    },
  };
}

const longestRetryAfterMs = 5 * 60_000;

/**
 * The wait that a `Retry-After` header asks for (RFC 9110 §10.2.3: seconds or a date), ms, at most 5 minutes;
 * `null` where there is none that reads.
 */
export function retryAfterMs(header: string | string[] | undefined, nowEpochMs: number): number | null {
  if (typeof header !== "string") return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowEpochMs;
  return Number.isNaN(ms) ? null : Math.min(longestRetryAfterMs, Math.max(0, ms));
}
