import { type RingReading, readingHoldsMs, ringReadingSchema } from "@tapline/core/encryption";
import type { Redis } from "ioredis";
import { keyKeys } from "../redis/index.ts";

/** Where workers tell what they take the key ring for. */
export class RingReadings {
  readonly #redis: Redis;
  readonly #clock: () => number;

  constructor(redis: Redis, clock: () => number) {
    this.#redis = redis;
    this.#clock = clock;
  }

  /** Tells one worker's; those of workers that have ended go. */
  async tell(reading: RingReading): Promise<void> {
    await this.#redis
      .multi()
      .hset(keyKeys.readings, reading.worker, JSON.stringify(reading))
      .pexpire(keyKeys.readings, readingHoldsMs)
      .exec();
    const { ended } = await this.#read();
    if (ended.length > 0) await this.#redis.hdel(keyKeys.readings, ...ended);
  }

  /** Those that hold, by the workers' names. */
  async latest(): Promise<RingReading[]> {
    return (await this.#read()).readings;
  }

  async #read(): Promise<{ readings: RingReading[]; ended: string[] }> {
    const told = Object.entries(await this.#redis.hgetall(keyKeys.readings));
    const oldest = this.#clock() - readingHoldsMs;
    const readings: RingReading[] = [];
    const ended: string[] = [];
    for (const [worker, text] of told) {
      const reading = ringReadingSchema.parse(JSON.parse(text));
      if (reading.atEpochMs < oldest) ended.push(worker);
      else readings.push(reading);
    }
    return { readings: readings.toSorted((a, b) => a.worker.localeCompare(b.worker)), ended };
  }
}
