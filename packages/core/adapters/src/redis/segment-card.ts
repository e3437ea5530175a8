import { type SegmentStage, segmentStages } from "@tapline/core/buffer";
import { segmentVerdictsSchema, type TapVerdict } from "@tapline/core/validation";
import type { Redis } from "ioredis";
import { cardsKey, partitionKeys } from "./keys.ts";
import { runScript } from "./scripts.ts";

/** As long as claims are kept that nobody comes back to: without its card no segment needs them. */
const cardTtlMs = 30 * 24 * 3_600_000;

/**
 * What of a segment must change in one step with claims, quotas and receipts, which are with the first partition: whether it may still
 * claim, the verdicts that stand, the receipts that wait for it. A segment of the first partition has all that itself. For one of
 * another partition it is on a card, laid before the segment is cut and never again, so that nobody who comes late can claim for a
 * segment that has its verdicts, or has ended.
 */
export class SegmentCards {
  readonly #redis: Redis;
  readonly #keys = partitionKeys(0);

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * Lays the card of a segment that is about to be cut under an id that nobody has used.
   * @returns the buffer's life in which it lies, and in which alone the segment may be cut; null where there is none
   */
  async lay(id: string): Promise<string | null> {
    const key = this.#keys.segment(id);
    const fields = { stage: "validation", taps: 0, bytes: 0, results: 0 };
    const step = this.#redis.multi().hset(key, fields).pexpire(key, cardTtlMs).sadd(cardsKey, id);
    const answers = await step.get(this.#keys.generation).exec();
    return (answers?.at(-1)?.[1] as string | null | undefined) ?? null;
  }

  /** Takes back the card of a segment that was not cut. */
  async takeBack(id: string): Promise<void> {
    await this.#redis.multi().unlink(this.#keys.segment(id)).srem(cardsKey, id).exec();
  }

  /** Keeps the verdicts, after which nothing is claimed any more; false where others stand, or the segment has ended. */
  async close(id: string, verdicts: readonly TapVerdict[], next: SegmentStage): Promise<boolean> {
    const { segment, preparing, news, counts } = this.#keys;
    const keys = [segment(id), segment(id), preparing, news, counts];
    const kept = ["verdicts", JSON.stringify(verdicts)];
    return (await runScript(this.#redis, "advance-segment", keys, [id, "validation", next, ...kept])) === 1;
  }

  /** The verdicts that stand, and where they led; null where none do. */
  async standing(
    id: string,
  ): Promise<{ readonly verdicts: TapVerdict[]; readonly next: SegmentStage } | null> {
    const [stage, text] = await this.#redis.hmget(this.#keys.segment(id), "stage", "verdicts");
    const next = segmentStages.find((known) => known === stage);
    if (next === undefined || !text) return null;
    return { verdicts: segmentVerdictsSchema.parse(JSON.parse(text)), next };
  }
}
