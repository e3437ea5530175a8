import { TaplineError } from "@tapline/core/kernel";
import type { CreditRefusal } from "./credits/credit-desk.ts";

/** @throws TaplineError `overloaded` where `agent` was refused credits, with why and when to come again */
export function assertGranted(agent: string, refusal: CreditRefusal | null): void {
  if (refusal === null) return;
  const { retryAfterMs, quotaSpent } = refusal;
  const facts = { retryAfterMs };
  if (quotaSpent)
    throw new TaplineError(
      "overloaded",
      `agent ${agent} has brought as many refused taps and duplicates today as it may`,
      {
        remedy:
          "keep the taps and send them later: more comes free in the course of the day; see why taps are refused, and raise the quota where it is too small",
        facts,
      },
    );
  throw new TaplineError("overloaded", `agent ${agent} sends faster than it may, or the buffer is full`, {
    remedy: "keep the taps and send them later",
    facts,
  });
}
