import { partitionOfSegment, type SegmentStage, segmentStages } from "@tapline/core/buffer";
import { type Colour, colourSchema } from "@tapline/core/kernel";
import type { Redis } from "ioredis";
import { z } from "zod";
import { BufferLife } from "./buffer-life.ts";
import { mapRedisError } from "./connect.ts";
import { partitionKeys } from "./keys.ts";
import { runScript, type ScriptName } from "./scripts.ts";

const shareSchema = z.object({
  green: z.int().min(0).max(100),
  fence: z.int().min(0),
  /** What is seen counts under this name, for the colour that is new. */
  watch: z.string().optional(),
  target: colourSchema.optional(),
  both: z.int().min(0).max(100).optional(),
});

/** What somebody looks at while a stage goes from one release to another. */
export type StageWatch = {
  readonly name: string;
  /** The colour of the new release. */
  readonly target: Colour;
  /** Of its segments, percent that the other colour does, too: both are compared, and the other one's result stands. */
  readonly bothPercent: number;
};

export type StageShare = { readonly greenPercent: number; readonly watch: StageWatch | null };

/** Which share of each stage goes to green; what is cut from now on keeps to it. */
export class SegmentShares {
  readonly #redis: Redis;
  readonly #keys = partitionKeys(0);
  readonly #life: BufferLife;

  constructor(redis: Redis) {
    this.#redis = redis;
    this.#life = new BufferLife(redis, 1);
  }

  async read(): Promise<Readonly<Record<SegmentStage, StageShare>>> {
    const texts = await this.#redis.hmget(this.#keys.shares, ...segmentStages);
    const entries = segmentStages.map((stage, i) => [stage, shareOf(texts[i] ?? null)] as const);
    return Object.fromEntries(entries) as Record<SegmentStage, StageShare>;
  }

  /**
   * @param fence number of the lease under which it is said
   * @returns the segments that stand in the stage and were given to the other colour by it
   * @throws TaplineError `conflict` where somebody with a newer lease has said otherwise
   */
  async set(stage: SegmentStage, { greenPercent, watch }: StageShare, fence: number): Promise<string[]> {
    const seen = watch === null ? {} : { watch: watch.name, target: watch.target, both: watch.bothPercent };
    const entry = shareSchema.parse({ green: greenPercent, fence, ...seen });
    const args = [stage, greenPercent, fence, JSON.stringify(entry)];
    try {
      const moved: string[] = [];
      // Asked for each time anew: a partition that is opened meanwhile may have taken over what was said before.
      for (let partition = 0; partition < (await this.#life.partitions()); partition++) {
        const { shares, open, segment } = partitionKeys(partition);
        const step = [...args, segment("")];
        moved.push(...((await runScript(this.#redis, "set-share", [shares, open], step)) as string[]));
      }
      return moved;
    } catch (error) {
      throw mapRedisError(error);
    }
  }

  /** Keeps what the compared colour came to in a stage of segment `id`; false where that has moved on. */
  async keepCandidate(id: string, stage: SegmentStage, came: string): Promise<boolean> {
    return (await this.#ofSegment("keep-candidate", id, [stage, came])) === 1;
  }

  /** Notes that segment `id` takes too long in `stage`; false where that is noted already, or it has moved on. */
  async noteLate(id: string, stage: SegmentStage): Promise<boolean> {
    return (await this.#ofSegment("note-late", id, [stage])) === 1;
  }

  /** Has a stage of segment `id` done by whoever comes to it, though both colours were to do it. */
  async endComparison(id: string, stage: SegmentStage): Promise<void> {
    await this.#ofSegment("end-comparison", id, [stage]);
  }

  async #ofSegment(name: ScriptName, id: string, args: readonly string[]): Promise<unknown> {
    return await runScript(this.#redis, name, [partitionKeys(partitionOfSegment(id)).segment(id)], args);
  }
}

function shareOf(text: string | null): StageShare {
  if (text === null) return { greenPercent: 0, watch: null };
  const { green, watch, target, both } = shareSchema.parse(JSON.parse(text));
  if (watch === undefined || target === undefined) return { greenPercent: green, watch: null };
  return { greenPercent: green, watch: { name: watch, target, bothPercent: both ?? 0 } };
}
