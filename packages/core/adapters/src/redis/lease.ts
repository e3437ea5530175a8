import type { Redis } from "ioredis";

/** A role that any number of processes may have, and one at a time does the work of. */
export class RoleLease {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #ms: number;

  /** @param ms how long it holds without being kept */
  constructor(redis: Redis, key: string, ms: number) {
    this.#redis = redis;
    this.#key = key;
    this.#ms = ms;
  }

  /** Takes or keeps the lease under `holder`; false where somebody else has it. */
  async lead(holder: string): Promise<boolean> {
    const taken = await this.#redis.set(this.#key, holder, "PX", this.#ms, "NX");
    if (taken === "OK") return true;
    if ((await this.#redis.get(this.#key)) !== holder) return false;
    return (await this.#redis.pexpire(this.#key, this.#ms)) === 1;
  }

  /** Gives the lease up, so that the next one need not wait for its end. */
  async resign(holder: string): Promise<void> {
    if ((await this.#redis.get(this.#key)) === holder) await this.#redis.del(this.#key);
  }
}
