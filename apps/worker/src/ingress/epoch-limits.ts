import { TaplineError } from "@tapline/core/kernel";
import { type KnockBounds, KnockLimits } from "./enrolment/knock-limits.ts";

/** An outbox begins anew when somebody removes it or its disk is lost, so one agent has a handful of epochs in a year. */
const bounds: KnockBounds = {
  each: { perSecond: 1 / 60, burst: 30 },
  all: { perSecond: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY },
};
/** Epochs of an agent that it may name again at no cost. */
const remembered = 8;

/**
 * How often an agent may name an epoch that this process has not heard of it. Each epoch has rows of its own in the gap
 * ledger and a part in the statement of its day: their number must not be the agent's to choose.
 */
export class EpochLimits {
  readonly #limits = new KnockLimits(bounds);
  readonly #known = new Map<string, Set<number>>();

  /** @throws TaplineError `overloaded` where `agent` is to come again after `retryAfterMs` */
  assertSparing(agent: string, epoch: number, nowEpochMs: number): void {
    const known = this.#known.get(agent) ?? new Set();
    if (known.has(epoch)) return;
    const retryAfterMs = this.#limits.take(agent, nowEpochMs);
    if (retryAfterMs > 0)
      throw new TaplineError("overloaded", `agent ${agent} names one new epoch after the other`, {
        remedy: "see that no two outboxes deliver in its name; the taps may be sent later",
        facts: { retryAfterMs },
      });
    known.add(epoch);
    for (const oldest of known) if (known.size > remembered) known.delete(oldest);
    this.#known.set(agent, known);
  }
}
