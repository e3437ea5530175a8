import { TaplineError } from "@tapline/core/kernel";

/** @throws TaplineError `overloaded` where `agent` is to come again after `retryAfterMs` */
export function assertGranted(agent: string, retryAfterMs: number | null): void {
  if (retryAfterMs === null) return;
  throw new TaplineError("overloaded", `agent ${agent} sends faster than it may, or the buffer is full`, {
    remedy: "keep the taps and send them later",
    facts: { retryAfterMs },
  });
}
