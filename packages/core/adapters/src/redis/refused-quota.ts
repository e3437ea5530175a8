import type { Redis } from "ioredis";
import { mapRedisError } from "./connect.ts";
import { creditKeys, partitionKeys } from "./keys.ts";
import { runScript } from "./scripts.ts";

/** What refused taps count, by agent. */
export type RefusedCounts = ReadonlyMap<string, number>;

/** How much each agent has brought today that was refused. The doors grant nothing to one whose quota is spent. */
export class RefusedQuota {
  readonly #redis: Redis;
  /** What an agent's refused taps may count in a day of UTC. */
  readonly perDay: number;

  constructor(redis: Redis, perDay: number) {
    this.#redis = redis;
    this.perDay = perDay;
  }

  /**
   * Counts the refused taps of an open segment, once however often it is called.
   * @returns ids of the agents whose quota this segment has spent, the same each time
   */
  async count(segment: string, refused: RefusedCounts): Promise<string[]> {
    if (refused.size === 0) return [];
    const keys = [partitionKeys(0).segment(segment), ...[...refused.keys()].map(creditKeys.refused)];
    try {
      const args = [this.perDay, ...[...refused].flat()];
      return (await runScript(this.#redis, "count-refused", keys, args)) as string[];
    } catch (error) {
      throw mapRedisError(error);
    }
  }
}
