import type { Redis } from "ioredis";
import { cuttersKey } from "./keys.ts";
import { runScript } from "./scripts.ts";

/** How long a process counts as one that cuts segments without a sign of life, ms. */
export const cutterLeaseMs = 3_000;

/** The processes that cut segments: among them the partitions are shared out. */
export class Cutters {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Gives a sign of life of `name`. @returns all that live */
  async join(name: string): Promise<string[]> {
    return (await runScript(this.#redis, "join-cutters", [cuttersKey], [name, cutterLeaseMs])) as string[];
  }

  /** `name` ends, so that the others need not wait for the end of its lease. */
  async leave(name: string): Promise<void> {
    await this.#redis.zrem(cuttersKey, name);
  }
}
