const firstPauseMs = 1_000;
const longestPauseMs = 5 * 60_000;

/** After this long nobody is helped by the message any more: the console has it. */
export const giveUpAfterMs = 24 * 3_600_000;

/** How an attempt ended. `refused`: the receiver will not take this one, however often it is asked. */
export type DeliveryOutcome =
  | { readonly kind: "sent" }
  | { readonly kind: "refused"; readonly fault: string }
  | { readonly kind: "failed"; readonly fault: string; readonly retryAfterMs: number | null };

/**
 * How long to wait before the next attempt: 1 s, doubling up to 5 min, or as long as the receiver asked for; null = none.
 * @param attempt attempts made, this one included
 */
export function retryDelivery(
  outcome: Exclude<DeliveryOutcome, { kind: "sent" }>,
  attempt: number,
  ageMs: number,
): number | null {
  if (outcome.kind === "refused" || ageMs >= giveUpAfterMs) return null;
  const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(attempt - 1, 20), longestPauseMs);
  const askedMs = Math.min(outcome.retryAfterMs ?? 0, 3_600_000);
  return Math.max(pauseMs, askedMs);
}
