import type { Redis } from "ioredis";
import { cuttersKey } from "./keys.ts";
import { runScript } from "./scripts.ts";

/** How long a process counts as one that cuts segments without a sign of life, ms. */
export const cutterLeaseMs = 3_000;

/**
 * The processes that cut segments: among them the partitions are shared out. While their number is being changed there are two kinds
 * of processes, which would share out differently and leave a partition to nobody: each kind shares out all of them.
 */
export class Cutters {
  readonly #redis: Redis;
  readonly #key: string;

  /** @param partitions how many this process is set to */
  constructor(redis: Redis, partitions: number) {
    this.#redis = redis;
    this.#key = cuttersKey(partitions);
  }

  /** Gives a sign of life of `name`. @returns all that live and are set as it is */
  async join(name: string): Promise<string[]> {
    return (await runScript(this.#redis, "join-cutters", [this.#key], [name, cutterLeaseMs])) as string[];
  }

  /** `name` ends, so that the others need not wait for the end of its lease. */
  async leave(name: string): Promise<void> {
    await this.#redis.zrem(this.#key, name);
  }
}
