import { type BufferBytes, reservedForResultsBytes } from "@tapline/core/buffer";
import {
  afterQuota,
  burstTaps,
  type CreditAsk,
  type CreditGrant,
  type CreditLimits,
  reservedTaps,
  usualTapBytes,
} from "@tapline/core/validation";
import type { Redis } from "ioredis";
import { mapRedisError } from "./connect.ts";
import { creditKeys, partitionKeys } from "./keys.ts";
import { runScript } from "./scripts.ts";

/**
 * How long a process keeps what it was granted without a sign of life, ms. Longer than any pause of a process that still
 * works, short enough that what a dead one held is soon there for others.
 */
export const creditLeaseMs = 15_000;

/** Credits in Redis: a bucket for each agent, and one window for all of them. */
export class CreditBook {
  readonly #redis: Redis;
  readonly limits: CreditLimits;
  /** Names the process that asks. */
  readonly holder: string;
  readonly #leaseMs: number;
  readonly #refusedPerDay: number;
  readonly #partitions: number;

  /**
   * @param holder names the process that asks, and no other
   * @param options.refusedPerDay quota of a day beyond which an agent is let in as `afterQuota` says; as `RefusedQuota` counts; default: none
   * @param options.partitions how many the buffer has: all share window and ceiling; default: 1
   * @param options.leaseMs how long it keeps what it was granted without a sign of life; default `creditLeaseMs`
   */
  constructor(
    redis: Redis,
    limits: CreditLimits,
    holder: string,
    {
      leaseMs = creditLeaseMs,
      refusedPerDay = Number.MAX_SAFE_INTEGER,
      partitions = 1,
    }: { leaseMs?: number; refusedPerDay?: number; partitions?: number } = {},
  ) {
    this.#redis = redis;
    this.limits = limits;
    this.holder = holder;
    this.#leaseMs = leaseMs;
    this.#refusedPerDay = refusedPerDay;
    this.#partitions = partitions;
  }

  /**
   * Asks for credits, and renews the lease.
   * @param heldTaps what this process was granted and has not spent
   * @returns a grant for each ask, and how many processes hold credits
   */
  async ask(
    heldTaps: number,
    asks: readonly (CreditAsk & { readonly agent: string })[],
  ): Promise<{ grants: CreditGrant[]; holders: number }> {
    const { windowTaps, tapsPerSecond, maxBytes } = this.limits;
    const others = await this.#inOthers();
    const keys = [partitionKeys(0).counts, creditKeys.held, creditKeys.leases, creditKeys.shut];
    const args = [this.holder, heldTaps, this.#leaseMs, windowTaps - others.taps, tapsPerSecond];
    const bounds = [burstTaps(this.limits), reservedTaps(this.limits)];
    const quotas = [this.#refusedPerDay, afterQuota(this.#refusedPerDay)];
    const reserved = Math.max(0, this.#partitions * reservedForResultsBytes - others.resultBytes);
    const usual = Math.max(usualTapBytes, others.taps > 0 ? others.frameBytes / others.taps : 0);
    const ceilings = [maxBytes - others.frameBytes - others.resultBytes, reserved, usual, ...quotas];
    try {
      const [holders = 1, ...numbers] = (await runScript(
        this.#redis,
        "grant-credits",
        [...keys, ...asks.flatMap(({ agent }) => [creditKeys.bucket(agent), creditKeys.refused(agent)])],
        [...args, ...bounds, ...ceilings, ...asks.map(({ kind, taps }) => `${kind} ${taps}`)],
      )) as number[];
      const grants = asks.map((_, i) => {
        const [taps = 0, waitMs = 0, spent = 0] = numbers.slice(3 * i, 3 * i + 3);
        return { taps, waitMs, quotaSpent: spent === 1 };
      });
      return { grants, holders };
    } catch (error) {
      throw mapRedisError(error);
    }
  }

  /** What is in the partitions that the granting step does not see; what they have taken since comes off the next grant. */
  async #inOthers(): Promise<BufferBytes & { readonly taps: number }> {
    const names = ["buffered", "frames", "results"] as const;
    const counts = await Promise.all(
      Array.from({ length: this.#partitions - 1 }, (_, i) =>
        this.#redis.hmget(partitionKeys(i + 1).counts, ...names),
      ),
    );
    const sum = (at: number): number => counts.reduce((all, of) => all + Math.max(0, Number(of[at] ?? 0)), 0);
    return { taps: sum(0), frameBytes: sum(1), resultBytes: sum(2) };
  }

  /** Gives back whatever this process holds, at its end. */
  async leave(): Promise<void> {
    await Promise.all([
      this.#redis.hdel(creditKeys.held, this.holder),
      this.#redis.zrem(creditKeys.leases, this.holder),
    ]);
  }
}
