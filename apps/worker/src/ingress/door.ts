import { type BufferedTap, encodeFrame, framedBytes } from "@tapline/core/buffer";
import { inIngestSpan } from "@tapline/telemetry/segments";
import { recorded } from "@tapline/telemetry/tracing";

/** How taps came, for their trace. */
export type Delivered = {
  /** The kind of request. */
  readonly via: string;
  /** What the request says it belongs to (W3C Trace Context). */
  readonly traceparent: unknown;
};

/** Of taps that no request brought. */
const ownDelivery: Delivered = { via: "replay", traceparent: null };

/** Puts a frame of `taps` taps where it is durable, and gives the buffer's generation. */
export type AppendFrame = (frame: Buffer, taps: number) => Promise<string>;

const frameLimits = { maxTaps: 200, maxBytes: 128 * 1024 } as const;

type Waiting = {
  readonly taps: readonly BufferedTap[];
  /** Upper bound of what they take in a frame. */
  readonly bytes: number;
  readonly resolve: (generation: string) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Group commit at the door: taps that arrive while a frame is on its way to Redis leave together in the next
 * one. So a lone tap waits for nobody, and under load one durable write answers many requests. One write at a
 * time: two would be two half-empty ones, each with a flush of its own. A request that is larger than a frame goes as
 * several, sent together: segments are cut between frames, and fill better where these are small.
 */
export class Door {
  readonly #append: AppendFrame;
  readonly #waiting: Waiting[] = [];
  #writing = false;
  #scheduled = false;

  constructor(append: AppendFrame) {
    this.#append = append;
  }

  /**
   * Takes taps that came together, at least one. Taps of one caller keep their order.
   * @returns the buffer's generation, once they are durable
   * @throws TaplineError `unavailable` (the buffer cannot be reached), `overloaded` (it has no memory)
   */
  async take(taps: readonly BufferedTap[], { via, traceparent }: Delivered = ownDelivery): Promise<string> {
    return await inIngestSpan(via, recorded(traceparent), taps, () => this.#commit(taps));
  }

  #commit(taps: readonly BufferedTap[]): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ taps, bytes: bytesOf(taps), resolve, reject });
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
      const writes = framesOf(taps).map((part) => this.#append(encodeFrame(part), part.length));
      // All must have ended: nothing is written behind the back of the next group.
      const generations = await allSettled(writes);
      for (const waiting of group) waiting.resolve(generations.at(-1) ?? "");
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
      bytes += waiting.bytes;
      if (end > 0 && (taps > frameLimits.maxTaps || bytes > frameLimits.maxBytes)) break;
      end++;
    }
    return this.#waiting.splice(0, end);
  }
}

const bytesOf = (taps: readonly BufferedTap[]): number =>
  taps.reduce((sum, tap) => sum + framedBytes(tap), 0);

/** `taps` in order, in parts of the size of a frame; a tap that is larger is one by itself. */
function framesOf(taps: readonly BufferedTap[]): readonly (readonly BufferedTap[])[] {
  const parts: BufferedTap[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const tap of taps) {
    const part = parts.at(-1);
    bytes += framedBytes(tap);
    if (part !== undefined && part.length < frameLimits.maxTaps && bytes <= frameLimits.maxBytes) {
      part.push(tap);
    } else {
      parts.push([tap]);
      bytes = framedBytes(tap);
    }
  }
  return parts;
}

/** What `writes` resolve to, once all have ended. @throws what the first of them that failed was rejected with */
async function allSettled<Value>(writes: readonly Promise<Value>[]): Promise<Value[]> {
  await Promise.allSettled(writes);
  return await Promise.all(writes);
}
