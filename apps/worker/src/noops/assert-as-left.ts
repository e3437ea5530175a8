import { TaplineError } from "@tapline/core/kernel";
import { type ActState, changesSince } from "@tapline/core/noops";

/** What a decision that is to be undone has left behind; its state is null where that was not written down. */
export type Left = { readonly decision: string; readonly state: ActState | null };

/**
 * An undo brings back what was before: where somebody else has set something since, it would take that away.
 * @param left null where nothing is undone
 * @throws TaplineError `conflict` naming what is another now
 */
export function assertAsLeft(left: Left | null, now: ActState): void {
  const changes = left === null ? null : changesSince(left.state ?? {}, now);
  if (left === null || changes === null) return;
  throw new TaplineError("conflict", `what decision ${left.decision} left has changed since: ${changes}`, {
    remedy: "nothing was undone: do what is wanted now by its own command",
  });
}
