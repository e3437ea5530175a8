import { partitionKeys, SegmentBuffer } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";
import { openSegment } from "./attempt.ts";
import { type Ask, CreditModel } from "./credit-model.ts";

/** Lets the process called `holder` do something with its credits. */
export type CallHolder = (holder: string, call: object) => Promise<unknown>;

/** Credits of all processes: what they do with them, judged by the model. */
export class Purse {
  readonly model = new CreditModel();
  readonly #redis: Redis;
  readonly #buffer: SegmentBuffer;
  readonly #call: CallHolder;
  #cuts = 0;

  constructor(redis: Redis, call: CallHolder) {
    this.#redis = redis;
    this.#buffer = new SegmentBuffer(redis);
    this.#call = call;
  }

  /** Each by another process, all at once. */
  async ask(asks: readonly Ask[]): Promise<void> {
    const fromMs = Date.now();
    const grants = await Promise.all(
      asks.map(async (ask) => {
        const held = this.model.heldBy(ask.holder);
        return (await this.#call(ask.holder, { type: "ask", held, asks: [ask] })) as number[];
      }),
    );
    const granted = grants.map(([taps]) => taps ?? 0);
    this.model.judge(asks, granted, { fromMs, toMs: Date.now() });
  }

  async spend(holder: string, taps: number): Promise<void> {
    await this.#call(holder, { type: "spend", taps });
    this.model.spent(holder, taps);
  }

  async leave(holder: string): Promise<void> {
    await this.#call(holder, { type: "leave" });
    this.model.left(holder);
  }

  /** Cuts what was spent, and ends it. */
  async drain(): Promise<void> {
    const id = `drained-${++this.#cuts}`;
    const cut = await this.#buffer.cut(id, 0);
    if (cut === null) return;
    await this.#buffer.finish(openSegment(id, "", cut.taps), [], []);
    this.model.bufferedTaps -= cut.taps;
  }

  /** @throws Error where Redis counts other taps as buffered than there are */
  async assertCounts(): Promise<void> {
    const counted = Number((await this.#redis.hget(partitionKeys(0).counts, "buffered")) ?? 0);
    const { bufferedTaps } = this.model;
    if (counted !== bufferedTaps)
      throw new Error(`${counted} taps count as buffered instead of ${bufferedTaps}`);
  }
}
