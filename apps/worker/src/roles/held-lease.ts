import { randomUUID } from "node:crypto";
import type { RoleLease } from "@tapline/adapters/redis";

/** A lease holds three times as long. */
const keepEveryMs = 1_000;
/** What was found under the lease is worth writing for so long after it. */
const settleWithinMs = 5_000;

/** A lease as one process asks for it: often, while Redis is asked once a second. */
export class HeldLease {
  readonly #lease: RoleLease;
  readonly #holder = randomUUID();
  #holdsUntilMs = Number.NEGATIVE_INFINITY;
  #ledAtMs = Number.NEGATIVE_INFINITY;

  constructor(lease: RoleLease) {
    this.#lease = lease;
  }

  /** Takes or keeps it; false where another process has it. */
  async lead(): Promise<boolean> {
    if (performance.now() < this.#holdsUntilMs) return true;
    const askedAtMs = performance.now();
    const leads = await this.#lease.lead(this.#holder);
    if (leads) this.#ledAtMs = askedAtMs;
    this.#holdsUntilMs = leads ? askedAtMs + keepEveryMs : Number.NEGATIVE_INFINITY;
    return leads;
  }

  /** Keeps it, too. @returns whether what was found under it may still be settled, also where it was lost a moment ago, as with Redis */
  async maySettle(): Promise<boolean> {
    return (await this.lead()) || performance.now() - this.#ledAtMs < settleWithinMs;
  }

  /** Keeps it while `work` takes its time, which must have a bound. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    const keeping = setInterval(() => void this.lead().catch(() => undefined), keepEveryMs);
    try {
      return await work();
    } finally {
      clearInterval(keeping);
    }
  }

  /** Gives it up, so that another process need not wait for its end. */
  async resign(): Promise<void> {
    this.#holdsUntilMs = Number.NEGATIVE_INFINITY;
    await this.#lease.resign(this.#holder);
  }
}
