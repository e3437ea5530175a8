import { type BufferBytes, frameRoomBytes } from "../buffer/index.ts";
import { maxTapsPerRequest } from "../tap/index.ts";

/** How many taps may be under way: for each agent by time, for all of them together by number. */
export type CreditLimits = {
  /** Tokens that flow into an agent's bucket: taps per second for long. */
  readonly tapsPerSecond: number;
  /** Taps granted and not yet spent, and taps in the buffer, of all agents together. */
  readonly windowTaps: number;
  /** Ceiling of what the buffer holds, bytes. */
  readonly maxBytes: number;
};

/** What is taken of window and ceiling. */
export type CreditsTaken = BufferBytes & {
  /** Taps granted and not yet spent. */
  readonly heldTaps: number;
  /** Taps in the buffer. */
  readonly bufferedTaps: number;
  /** Whether nothing may come in, since the server's memory is short. */
  readonly isShut: boolean;
};

/** What a tap takes in the buffer where nothing is there to judge by, bytes: a tap of usual size. */
export const usualTapBytes = 640;

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

/** Taps that may be sent now; and where there were none for want of tokens or of quota, after how many ms there will be. */
export type CreditGrant = {
  readonly taps: number;
  readonly waitMs: number;
  /** Whether it is the quota of refused taps that the agent has spent. */
  readonly quotaSpent: boolean;
};

/**
 * What an ask stands on: the tokens in its agent's bucket, and for how many ms from now on its quota of refused taps is spent;
 * 0 = it is not.
 */
export type CreditStanding = { readonly tokens: number; readonly quotaSpentMs: number };

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
 * Taps that may still be granted: what is left of the window, and no more than fit below the ceiling if they are as large as
 * those in the buffer. Larger ones may come, which the ceiling itself stops when they do.
 */
export function freeTaps(limits: CreditLimits, taken: CreditsTaken): number {
  const { heldTaps, bufferedTaps, frameBytes } = taken;
  if (taken.isShut) return 0;
  const tapBytes = Math.max(usualTapBytes, bufferedTaps > 0 ? frameBytes / bufferedTaps : 0);
  const fitting = Math.floor(frameRoomBytes(limits.maxBytes, taken) / tapBytes);
  return Math.max(0, Math.min(limits.windowTaps - bufferedTaps, fitting) - heldTaps);
}

/**
 * Divides what is free of the window among asks, the one that waits longest first. None gets more than an equal share of
 * what is left for it and those behind it, so nobody starves; what the small ones do not need, those behind them may have.
 * The script `grant-credits.lua` does the same in one atomic step.
 * @param free taps that may be granted in all, as `freeTaps` says
 * An agent whose quota is spent gets none, but for work that brings no taps: its receipts it may fetch.
 * @param asks each of another agent
 */
export function grantCredits(
  limits: CreditLimits,
  free: number,
  asks: readonly (CreditAsk & CreditStanding)[],
): CreditGrant[] {
  let left = free;
  let sharers = asks.filter(({ kind, quotaSpentMs }) => kind === "some" && quotaSpentMs === 0).length;
  return asks.map(({ kind, taps, tokens, quotaSpentMs }) => {
    if (kind !== "rate" && quotaSpentMs > 0) return { taps: 0, waitMs: quotaSpentMs, quotaSpent: true };
    let granted = 0;
    if (kind === "some") {
      const share = Math.ceil(Math.max(0, left - reservedTaps(limits)) / sharers);
      sharers--;
      granted = Math.min(taps, Math.floor(tokens), share);
    } else if (tokens >= taps && (kind === "rate" || left >= taps)) granted = taps;
    if (kind !== "rate") left -= granted;
    const missing = (kind === "some" ? 1 : taps) - tokens;
    const waitMs = granted > 0 || missing <= 0 ? 0 : Math.ceil((missing / limits.tapsPerSecond) * 1000);
    return { taps: granted, waitMs, quotaSpent: false };
  });
}
