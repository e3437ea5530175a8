import { maxTapsPerRequest } from "../tap/index.ts";

/** How many taps may be under way: for each agent by time, for all of them together by number. */
export type CreditLimits = {
  /** Tokens that flow into an agent's bucket: taps per second for long. */
  readonly tapsPerSecond: number;
  /** Taps granted and not yet spent, and taps in the buffer, of all agents together. */
  readonly windowTaps: number;
};

/** An agent's token bucket as it was last written; one that is not known is full. */
export type CreditBucket = { readonly tokens: number; readonly atEpochMs: number };

/**
 * What somebody asks for.
 *
 * - `some`: up to `taps`, even one; a stream asks so.
 * - `all`: `taps` or none; a request asks so, since its taps are there already.
 * - `rate`: `taps` tokens of the bucket alone, for work that brings no taps.
 */
export type CreditAsk = { readonly kind: "some" | "all" | "rate"; readonly taps: number };

/** Taps that may be sent now; and where there were none for want of tokens, after how many ms there will be. */
export type CreditGrant = { readonly taps: number; readonly waitMs: number };

/** Largest number of tokens in a bucket: two seconds' worth, and no less than a full request needs. */
export function burstTaps({ tapsPerSecond }: CreditLimits): number {
  return Math.max(2 * tapsPerSecond, maxTapsPerRequest);
}

/** Part of the window that `some` leaves to those who need all at once, so that requests get in beside streams. */
export function reservedTaps({ windowTaps }: CreditLimits): number {
  return Math.min(maxTapsPerRequest, Math.floor(windowTaps / 4));
}

/** Tokens in a bucket now. A clock that jumps back costs nothing and gives nothing. */
export function refill(bucket: CreditBucket | null, limits: CreditLimits, nowEpochMs: number): number {
  const burst = burstTaps(limits);
  if (bucket === null) return burst;
  const elapsedMs = Math.max(0, nowEpochMs - bucket.atEpochMs);
  return Math.min(burst, bucket.tokens + (elapsedMs / 1000) * limits.tapsPerSecond);
}

/**
 * Divides what is free of the window among asks, the one that waits longest first. None gets more than an equal share of
 * what is left for it and those behind it, so nobody starves; what the small ones do not need, those behind them may have.
 * The script `grant-credits.lua` does the same in one atomic step.
 * @param takenTaps taps granted and not yet spent, and taps in the buffer
 * @param asks each of another agent, with the tokens in its bucket
 */
export function grantCredits(
  limits: CreditLimits,
  takenTaps: number,
  asks: readonly (CreditAsk & { readonly tokens: number })[],
): CreditGrant[] {
  let free = Math.max(0, limits.windowTaps - takenTaps);
  let sharers = asks.filter(({ kind }) => kind === "some").length;
  return asks.map(({ kind, taps, tokens }) => {
    let granted = 0;
    if (kind === "some") {
      const share = Math.ceil(Math.max(0, free - reservedTaps(limits)) / sharers);
      sharers--;
      granted = Math.min(taps, Math.floor(tokens), share);
    } else if (tokens >= taps && (kind === "rate" || free >= taps)) granted = taps;
    if (kind !== "rate") free -= granted;
    const missing = (kind === "some" ? 1 : taps) - tokens;
    const waitMs = granted > 0 || missing <= 0 ? 0 : Math.ceil((missing / limits.tapsPerSecond) * 1000);
    return { taps: granted, waitMs };
  });
}
