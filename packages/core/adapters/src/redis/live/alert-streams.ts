import { type Alert, type AlertNews, alertNewsSchema, mostAlertsPerNews } from "@tapline/core/alerts";
import type { Redis } from "ioredis";
import { alertKeys } from "../keys.ts";
import { RoleLease } from "../lease.ts";
import { entriesAfter, newestEntry, saidIn } from "../stream-entries.ts";

/** News kept for who comes late, such as a console that starts anew. */
const newsKept = 1_000;
const leaseMs = 3_000;
/** So many are some 500 kB, or 1 MB: others get their turn in between, such as who keeps a lease. */
const namesPerCommand = 500;
const newsPerStep = 10;

/** News as it stands in the stream; null where it cannot be read, such as that of a newer version. */
export type HeardNews = { readonly entry: string; readonly news: AlertNews | null };

/** Where alerts are told as they happen, and what the one process that watches keeps for its successor. */
export class AlertStreams {
  readonly lease: RoleLease;
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
    this.lease = new RoleLease(redis, alertKeys.leader, leaseMs);
  }

  /** @param recorded whether PostgreSQL has them */
  async publish(alerts: readonly Alert[], recorded: boolean): Promise<void> {
    const news: AlertNews[] = [];
    for (let start = 0; start < alerts.length; start += mostAlertsPerNews)
      news.push({ is: "alerts", alerts: alerts.slice(start, start + mostAlertsPerNews), recorded });
    await this.#tell(news);
  }

  async publishRules(version: number): Promise<void> {
    await this.#tell([{ is: "rules", version }]);
  }

  /** The entry up to which there is news; "0-0" where there is none. */
  async newest(): Promise<string> {
    return (await newestEntry(this.#redis, alertKeys.live))?.[0] ?? "0-0";
  }

  /**
   * News after entry `after`, oldest first; waits for it up to `blockMs`.
   * @param connection one of its own, since the wait blocks it
   */
  async follow(connection: Redis, after: string, blockMs: number): Promise<HeardNews[]> {
    const entries = await entriesAfter(connection, alertKeys.live, after, { most: newsPerStep, blockMs });
    return entries.map((entry) => ({ entry: entry[0], news: saidIn(alertNewsSchema, entry) }));
  }

  /** Up to which entry of the telemetry stream all is recorded; null before the first. */
  async cursor(): Promise<string | null> {
    return await this.#redis.get(alertKeys.cursor);
  }

  async keepCursor(entry: string): Promise<void> {
    await this.#redis.set(alertKeys.cursor, entry);
  }

  /** Keeps what PostgreSQL could not be told, by name, for whoever watches next. */
  async keepUnrecorded(writes: ReadonlyMap<string, string>): Promise<void> {
    for (const some of chunksOf([...writes], namesPerCommand))
      await this.#redis.hset(alertKeys.unrecorded, new Map(some));
  }

  async forgetUnrecorded(names: readonly string[]): Promise<void> {
    for (const some of chunksOf(names, namesPerCommand))
      await this.#redis.hdel(alertKeys.unrecorded, ...some);
  }

  /** What is kept, by its name. */
  async unrecorded(): Promise<Map<string, string>> {
    return new Map(Object.entries(await this.#redis.hgetall(alertKeys.unrecorded)));
  }

  /** Of how many names something is kept. */
  async unrecordedCount(): Promise<number> {
    return await this.#redis.hlen(alertKeys.unrecorded);
  }

  async #tell(all: readonly AlertNews[]): Promise<void> {
    for (const some of chunksOf(all, newsPerStep)) {
      const step = this.#redis.pipeline();
      for (const news of some)
        step.xadd(alertKeys.live, "MAXLEN", "~", newsKept, "*", "j", JSON.stringify(news));
      for (const [error] of (await step.exec()) ?? []) if (error !== null) throw error;
    }
  }
}

function* chunksOf<Item>(items: readonly Item[], size: number): Generator<Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
