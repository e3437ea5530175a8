import { historyOfLife, maxPartitions } from "@tapline/core/buffer";
import { TaplineError } from "@tapline/core/kernel";
import type { Redis } from "ioredis";
import { isFailingOver } from "./connect.ts";
import { cardsKey, partitionKeys } from "./keys.ts";
import { runScript } from "./scripts.ts";

/** Of the 40 that Redis draws: enough for no two to be the same, and short in each key that has the life in its name. */
const historyDigits = 16;

/** Fields of the first partition's counts: how many partitions this life knows of, and how many of them stand. */
const fields = ["partitions", "opened"] as const;

/**
 * One life of the buffer in all its partitions. Its name stands in each, so that each knows for itself whether it was lost; the
 * first one, with which claims and receipts are, says how many there are. A life ends whole: one that has lost a partition
 * is over.
 */
export class BufferLife {
  readonly #redis: Redis;
  /** How many this process is set to. */
  readonly #set: number;

  constructor(redis: Redis, partitions: number) {
    this.#redis = redis;
    this.#set = partitions;
  }

  /** How many partitions are to be looked at: those that are set, and those that the life had before fewer were set. */
  async partitions(): Promise<number> {
    const { counts } = partitionKeys(0);
    return Math.max(this.#set, Number((await this.#redis.hget(counts, fields[0])) ?? 1));
  }

  /** The name that stands in the first partition; null where Redis has lost it. */
  async name(): Promise<string | null> {
    return await this.#redis.get(partitionKeys(0).generation);
  }

  /** The history of the data that a life is to be bound to; null where there is no replica that may take over. */
  async history(): Promise<string | null> {
    return isFailingOver(this.#redis) ? await this.#standingHistory() : null;
  }

  /** Whether `name` was opened on a master before this one. */
  async hasFailedOver(name: string): Promise<boolean> {
    const history = historyOfLife(name);
    return history !== null && history !== (await this.#standingHistory());
  }

  async #standingHistory(): Promise<string> {
    const told = await this.#redis.info("replication");
    const history = /^master_replid:([0-9a-f]+)/m.exec(told)?.[1];
    if (history === undefined)
      throw new TaplineError("misconfigured", "Redis does not tell its master_replid by INFO replication", {
        remedy: "let the user of the service run INFO, or name a server without replicas in REDIS_URL",
      });
    return history.slice(0, historyDigits);
  }

  /** Opens the life `name`; false where another one stands. */
  async open(name: string): Promise<boolean> {
    if ((await this.#redis.set(partitionKeys(0).generation, name, "NX")) !== "OK") return false;
    await this.keep(name);
    return true;
  }

  /**
   * Opens those partitions that are set and do not stand yet.
   * @returns false where one that stood was lost, so that the life is to end
   */
  async keep(name: string): Promise<boolean> {
    const known = await this.#redis.hmget(partitionKeys(0).counts, ...fields);
    const opened = Number(known[1] ?? 1);
    if (opened < 2 && this.#set < 2) return true;
    const names = await this.#names(opened);
    if (names.some((held) => held !== name)) return (await this.name()) !== name;
    if (this.#set <= opened) return true;
    // From here on whoever sets shares of a stage sets them there, too.
    if (!(await this.#count(name, "partitions"))) return true;
    for (let partition = opened; partition < this.#set; partition++)
      if (!(await this.#openOne(partition, name))) return true;
    await this.#count(name, "opened");
    return true;
  }

  /** Forgets the life `name` with all that is in it; false where it does not stand. The first partition goes last: it knows of the others. */
  async end(name: string): Promise<boolean> {
    for (let partition = (await this.partitions()) - 1; partition > 0; partition--)
      await this.#forget(partition, name);
    const cards = await this.#redis.smembers(cardsKey);
    if (!(await this.#forget(0, name))) return false;
    const { segment, waiting } = partitionKeys(0);
    for (const id of cards)
      await this.#redis.multi().unlink(segment(id), waiting(id)).srem(cardsKey, id).exec();
    return true;
  }

  /** Has a partition stand in the life `name`, whoever else opens it; false where that life is over. */
  async #openOne(partition: number, name: string): Promise<boolean> {
    const { generation, shares } = partitionKeys(partition);
    for (;;) {
      const held = await this.#redis.get(generation);
      if (held === name) return true;
      // Asked after what the partition holds: no life comes twice, so while this one stands, that one is over. Whoever comes late
      // ends none that was opened since, and what it still lays there is found here and ended by who opens that one.
      if ((await this.name()) !== name) return false;
      if (held !== null) await this.#forget(partition, held);
      for (const [stage, share] of Object.entries(await this.#redis.hgetall(partitionKeys(0).shares)))
        await this.#redis.hsetnx(shares, stage, share);
      await this.#redis.set(generation, name, "NX");
    }
  }

  /** The first partition keeps what shares are set: they are of no life. */
  async #forget(partition: number, name: string): Promise<boolean> {
    const k = partitionKeys(partition);
    const keys = [k.generation, k.open, k.news, k.frames, k.uncut, k.preparing, k.failing, k.counts];
    if (partition > 0) keys.push(k.shares);
    const prefixes = [k.segment(""), k.sealed(""), k.waiting("")];
    return (await runScript(this.#redis, "end-life", keys, [name, ...prefixes])) === 1;
  }

  async #names(partitions: number): Promise<(string | null)[]> {
    const asked = Math.min(partitions, maxPartitions);
    return await Promise.all(
      Array.from({ length: asked }, (_, partition) => this.#redis.get(partitionKeys(partition).generation)),
    );
  }

  /** Raises a count of the life's partitions to what is set; false where the life is over. */
  async #count(name: string, field: (typeof fields)[number]): Promise<boolean> {
    const { generation, counts } = partitionKeys(0);
    return (
      (await runScript(this.#redis, "count-partitions", [generation, counts], [name, field, this.#set])) === 1
    );
  }
}
