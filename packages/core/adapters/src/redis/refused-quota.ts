import type { Redis } from "ioredis";
import { mapRedisError } from "./connect.ts";
import { creditKeys, partitionKeys } from "./keys.ts";
import { runScript } from "./scripts.ts";

/** What refused taps count, by agent: as long as its quota lasts, and from then on. */
export type RefusedCounts = ReadonlyMap<string, { readonly counts: number; readonly countsOver: number }>;

/** Agents of a segment: whose quota it has spent, and whose was spent before. */
export type QuotaStanding = { readonly spent: readonly string[]; readonly over: readonly string[] };

/** How much each agent has brought today that was refused. The doors hold back one whose quota is spent. */
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
   * @returns the same each time
   */
  async count(segment: string, refused: RefusedCounts): Promise<QuotaStanding> {
    if (refused.size === 0) return { spent: [], over: [] };
    const keys = [partitionKeys(0).segment(segment), ...[...refused.keys()].map(creditKeys.refused)];
    try {
      const each = [...refused].flatMap(([agent, { counts, countsOver }]) => [agent, counts, countsOver]);
      const answer = await runScript(this.#redis, "count-refused", keys, [this.perDay, ...each]);
      const [spent, over] = answer as [string[], string[]];
      return { spent, over };
    } catch (error) {
      throw mapRedisError(error);
    }
  }
}
