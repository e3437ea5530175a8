import { readTapRuns, type TapRun } from "@tapline/core/buffer";
import { TaplineError } from "@tapline/core/kernel";
import type { Redis } from "ioredis";
import { BufferLife } from "./buffer-life.ts";
import { partitionKeys } from "./keys.ts";
import { runScript } from "./scripts.ts";

/** Whose taps are in the buffer; `unnamed`: in so many frames nobody knows whose, as in those of an earlier version's door. */
export type BufferedRuns = { readonly runs: TapRun[]; readonly unnamed: number };

/** Frames that one step looks at: each may have 128 KiB, and Redis does nothing else meanwhile. */
const pageFrames = 64;

/**
 * Bars the buffer's door for a moment, so that what is in it can be judged and nothing comes in behind. Whoever died with the door barred
 * is found by the role buffer, which lifts it.
 */
export class BufferBar {
  readonly #redis: Redis;
  readonly #life: BufferLife;

  /** @param partitions how many this process is set to */
  constructor(redis: Redis, partitions: number) {
    this.#redis = redis;
    this.#life = new BufferLife(redis, partitions);
  }

  /**
   * Nothing comes into the life `generation` from here on; whoever brings it is told to come again.
   * @param token names who bars
   * @throws TaplineError `conflict` where another life stands, or somebody else has barred it: then nothing is barred
   */
  async set(generation: string, token: string): Promise<void> {
    for (let partition = 0; partition < (await this.#life.partitions()); partition++) {
      const { generation: key, counts } = partitionKeys(partition);
      const answer = await runScript(this.#redis, "bar-buffer", [key, counts], [generation, token]);
      if (answer === 1) continue;
      await this.lift(token);
      throw answer === -1
        ? new TaplineError("conflict", "somebody else is about to flush the buffer", {
            remedy: "wait a minute: what they left is lifted by itself",
          })
        : new TaplineError("conflict", `the buffer is not in its life ${generation} any more`, {
            remedy: "look what is in it now: tapline buffer show",
          });
    }
  }

  /** Takes frames in again; a bar of somebody else's stays. */
  async lift(token: string): Promise<void> {
    await this.#lift(token, 0);
  }

  /** Lifts what whoever barred left for longer than `ms`. @returns whether there was any */
  async liftOlderThan(ms: number): Promise<boolean> {
    return await this.#lift("", ms);
  }

  /** Whose taps are in it, those of frames that were taken first before others. */
  async runs(signal?: AbortSignal): Promise<BufferedRuns> {
    const found = { runs: [] as TapRun[], unnamed: 0 };
    for (let partition = 0; partition < (await this.#life.partitions()); partition++) {
      for (let from = "-"; from !== ""; ) {
        signal?.throwIfAborted();
        from = await this.#page(partition, from, found);
      }
    }
    return found;
  }

  /** @returns where the next page begins; "" where none does */
  async #page(
    partition: number,
    from: string,
    found: { readonly runs: TapRun[]; unnamed: number },
  ): Promise<string> {
    const { frames } = partitionKeys(partition);
    const answer = (await runScript(this.#redis, "read-runs", [frames], [from, pageFrames])) as string[];
    for (let at = 1; at < answer.length; at += 2) {
      const runs = readTapRuns(answer[at] ?? "");
      if (runs === null) found.unnamed += 1;
      else found.runs.push(...runs);
    }
    return answer.length < pageFrames * 2 ? "" : `(${answer.at(-2)}`;
  }

  async #lift(token: string, olderThanMs: number): Promise<boolean> {
    let lifted = 0;
    for (let partition = 0; partition < (await this.#life.partitions()); partition++) {
      const { counts } = partitionKeys(partition);
      lifted += Number(await runScript(this.#redis, "lift-bar", [counts], [token, olderThanMs]));
    }
    return lifted > 0;
  }
}
