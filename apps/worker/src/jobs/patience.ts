import { setTimeout as sleep } from "node:timers/promises";
import { TaplineError } from "@tapline/core/kernel";

/** Others may be done long before their lease ends, so it is looked in between. */
const longestPauseMs = 250;

/** How long one segment waits for trackers that others hold: bounded, and at random, so that those who wait do not meet again. */
export class Patience {
  readonly #segment: string;
  readonly #maxWaitMs: number;
  readonly #startedAtMs = performance.now();
  #attempts = 0;

  constructor(segment: string, maxWaitMs: number) {
    this.#segment = segment;
    this.#maxWaitMs = maxWaitMs;
  }

  /**
   * Pauses until it is worth an attempt. Who calls holds nothing.
   * @param tracker what is waited for
   * @param leftMs for how long it is held at most, unless renewed
   * @throws TaplineError `conflict` once the bound is reached; facts: resource, waitedMs, attempts
   */
  async wait(tracker: string, leftMs: number): Promise<void> {
    this.#attempts++;
    const waitedMs = Math.round(performance.now() - this.#startedAtMs);
    if (waitedMs >= this.#maxWaitMs)
      throw new TaplineError(
        "conflict",
        `segment ${this.#segment}: tracker ${tracker} was held by others for ${waitedMs} ms`,
        {
          remedy: "nothing to do: the attempt is repeated",
          facts: { resource: `tracker/${tracker}`, waitedMs, attempts: this.#attempts },
        },
      );
    const pauseMs = Math.min(longestPauseMs, leftMs, this.#maxWaitMs - waitedMs);
    await sleep(1 + Math.random() * pauseMs);
  }
}
