import { type BufferedTap, encodeFrame, framedBytes } from "@tapline/core/buffer";
import { TaplineError } from "@tapline/core/kernel";

/** Puts a frame of `taps` taps where it is durable. */
export type AppendFrame = (
  frame: Buffer,
  taps: number,
) => Promise<{ readonly generation: string; readonly buffered: number }>;

const frameLimits = { maxTaps: 200, maxBytes: 128 * 1024 } as const;

type Waiting = {
  readonly taps: readonly BufferedTap[];
  readonly resolve: (generation: string) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Group commit at the door: taps that arrive while a frame is on its way to Redis leave together in the next
 * one. So a lone tap waits for nobody, and under load one durable write answers many requests. One frame at a
 * time: two would be two half-empty ones, each with a flush of its own.
 */
export class Door {
  readonly #append: AppendFrame;
  readonly #maxBuffered: number;
  readonly #waiting: Waiting[] = [];
  #writing = false;
  #scheduled = false;
  #buffered = 0;

  /** @param maxBuffered taps in the buffer from which on the door turns taps away */
  constructor(append: AppendFrame, maxBuffered: number) {
    this.#append = append;
    this.#maxBuffered = maxBuffered;
  }

  /**
   * Takes taps that came together, at least one.
   * @returns the buffer's generation, once they are durable
   * @throws TaplineError `overloaded` (the buffer is full), `unavailable` (it cannot be reached)
   */
  async take(taps: readonly BufferedTap[]): Promise<string> {
    if (this.#buffered >= this.#maxBuffered) {
      // Forget the reading, so that one tap gets through per answer and brings a fresh one.
      this.#buffered = 0;
      throw new TaplineError("overloaded", "the buffer is full, since the archive does not keep up", {
        remedy: "keep the tap and send it again later",
        facts: { retryAfterMs: 2_000 },
      });
    }
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ taps, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#writing || this.#waiting.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#send();
    });
  }

  async #send(): Promise<void> {
    const group = this.#nextGroup();
    if (group.length === 0) return;
    this.#writing = true;
    try {
      const taps = group.flatMap((waiting) => waiting.taps);
      const { generation, buffered } = await this.#append(encodeFrame(taps), taps.length);
      this.#buffered = buffered;
      for (const waiting of group) waiting.resolve(generation);
    } catch (error) {
      for (const waiting of group) waiting.reject(error);
    } finally {
      this.#writing = false;
      this.#schedule();
    }
  }

  /** Requests up to the bounds of a frame; a larger request goes alone. */
  #nextGroup(): Waiting[] {
    let taps = 0;
    let bytes = 0;
    let end = 0;
    for (const waiting of this.#waiting) {
      taps += waiting.taps.length;
      bytes += waiting.taps.reduce((sum, tap) => sum + framedBytes(tap), 0);
      if (end > 0 && (taps > frameLimits.maxTaps || bytes > frameLimits.maxBytes)) break;
      end++;
    }
    return this.#waiting.splice(0, end);
  }
}
