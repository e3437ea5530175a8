import { setTimeout as sleep } from "node:timers/promises";
import { type Bandwidth, bandwidthAt, takeBandwidth } from "@tapline/core/transfer";

/** Holds all that goes over one line to a limit. Whoever asks is served in order, so pieces of many files take turns. */
export class Throttle {
  readonly #bandwidth: Bandwidth;
  #use = { usedUntilMs: Number.NEGATIVE_INFINITY };

  constructor(bandwidth: Bandwidth) {
    this.#bandwidth = bandwidth;
  }

  /** Resolves when `bytes` may go. Waits before a request, never within one: no answer is late because of it. */
  async take(bytes: number): Promise<void> {
    const bytesPerSecond = bandwidthAt(this.#bandwidth, Date.now());
    if (bytesPerSecond === null) return;
    const { waitMs, use } = takeBandwidth(this.#use, bytes, bytesPerSecond, performance.now());
    this.#use = use;
    if (waitMs > 0) await sleep(waitMs);
  }
}

/**
 * One file's place in the line: it asks for one piece at a time, so that a large file does not reserve the line ahead of a
 * small one that comes later.
 */
export function oneAtATime(throttle: Throttle | null): ((bytes: number) => Promise<void>) | null {
  if (throttle === null) return null;
  let before: Promise<void> = Promise.resolve();
  return (bytes) => {
    before = before.then(() => throttle.take(bytes));
    return before;
  };
}
