import type { SegmentStage } from "@tapline/core/buffer";
import { type Colour, colours } from "@tapline/core/kernel";
import { type Evidence, noEvidence } from "@tapline/core/rollout";
import { Histogram } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { partitionKeys } from "./keys.ts";

/** Longer than any shift is looked at, s. */
const keptS = 86_400;

/** Counts; how often something took so long is in fields `t<bucket>` beside them. All are `<colour>:<name>`. */
const counts = ["attempts", "failures", "taps", "rejected", "compared", "differing"] as const;

/** What happened once; what is left out is nothing. */
export type Seen = Partial<Record<(typeof counts)[number], number>> & { readonly tookMs?: number };

/** What is seen of a stage's two colours while it goes from one release to another. */
export class StageEvidence {
  readonly #redis: Redis;
  readonly #keys = partitionKeys(0);

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** @param watch the name under which it counts, as the segment has it */
  async note(stage: SegmentStage, colour: Colour, watch: string, { tookMs, ...seen }: Seen): Promise<void> {
    const key = this.#keys.evidence(stage, watch);
    const step = this.#redis.pipeline();
    for (const [name, count] of Object.entries(seen))
      if (count > 0) step.hincrby(key, `${colour}:${name}`, count);
    if (tookMs !== undefined) step.hincrby(key, `${colour}:t${bucketOf(tookMs)}`, 1);
    step.expire(key, keptS);
    await step.exec();
  }

  async read(stage: SegmentStage, watch: string): Promise<Readonly<Record<Colour, Evidence>>> {
    const fields = await this.#redis.hgetall(this.#keys.evidence(stage, watch));
    const seen = colours.map((colour) => [colour, evidenceOf(colour, fields)] as const);
    return Object.fromEntries(seen) as Record<Colour, Evidence>;
  }
}

/** The bucket of a histogram that it falls in. */
function bucketOf(tookMs: number): string {
  const one = new Histogram();
  one.record(tookMs);
  return String(one.data().buckets[0]?.[0] ?? "zero");
}

function evidenceOf(colour: Colour, fields: Readonly<Record<string, string>>): Evidence {
  const count = (name: string): number => Number(fields[`${colour}:${name}`] ?? 0);
  const timed = Object.keys(fields).flatMap((field) => {
    const [, index] = /^(?:blue|green):t(-?\d+)$/.exec(field) ?? [];
    return index === undefined || !field.startsWith(colour) ? [] : [Number(index)];
  });
  const buckets = timed
    .toSorted((a, b) => a - b)
    .map((index): [number, number] => [index, count(`t${index}`)]);
  const known = Object.fromEntries(counts.map((name) => [name, count(name)]));
  return { ...noEvidence, ...known, took: { zero: count("tzero"), buckets } };
}
