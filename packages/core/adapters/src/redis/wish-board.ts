import { type Wishes, wishesSchema } from "@tapline/core/balance";
import { readJson } from "@tapline/core/kernel";
import type { Redis } from "ioredis";
import { balanceKeys } from "./keys.ts";
import { RoleLease } from "./lease.ts";

/** Wishes that nobody renews are none, ms. */
export const wishesHoldMs = 10_000;
const leaseMs = 3_000;

/** Where the one process that balances tells what services need, for whoever acts on it or shows it. */
export class WishBoard {
  readonly lease: RoleLease;
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
    this.lease = new RoleLease(redis, balanceKeys.leader, leaseMs);
  }

  async publish(wishes: Wishes): Promise<void> {
    await this.#redis.set(balanceKeys.wishes, JSON.stringify(wishes), "PX", wishesHoldMs);
  }

  /** The last wishes; null where nobody has told any for 10 s, or they cannot be read, as those of a newer version. */
  async latest(): Promise<Wishes | null> {
    const text = await this.#redis.get(balanceKeys.wishes);
    return text === null ? null : readJson(wishesSchema, text);
  }
}
