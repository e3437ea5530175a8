import type { Clock } from "@tapline/core/kernel";
import { type Sample, signTap } from "@tapline/core/tap";
import { damage } from "./damage.ts";
import { endlessKinds, planKinds, type TapKind } from "./plan.ts";
import { type Random, seededRandom, wholeBetween } from "./random.ts";
import type { SimulatedTracker } from "./trackers-file.ts";

export type FieldOptions = {
  trackers: readonly SimulatedTracker[];
  /** Epoch of every tracker: larger than in any run before, so that no number is ever used for other content. */
  epoch: number;
  /** Taps in all; `null` for no end. */
  taps: number | null;
  seed: number;
  now: Clock;
};

const sampleEveryS = 60;
const repeatable = 32;

/**
 * All simulated trackers, as they come by one after the other. The seed fixes kinds, places and measurements; the
 * taps are signed for real. A duplicate repeats one of the last 32 good packets, byte for byte.
 */
export class SimulatedField {
  readonly #options: FieldOptions;
  readonly #random: Random;
  readonly #kinds: Iterator<TapKind, void>;
  readonly #seqs: number[];
  readonly #startedEpochMs: number;
  readonly #recent: Buffer[] = [];
  #turn = 0;

  constructor(options: FieldOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#kinds =
      options.taps === null ? endlessKinds(this.#random) : planKinds(options.taps, this.#random).values();
    this.#seqs = options.trackers.map(() => 0);
    this.#startedEpochMs = options.now();
  }

  /** The next tap's raw bytes, or `null` after the last. */
  next(): Buffer | null {
    const kind = this.#kinds.next();
    if (kind.done === true) return null;
    if (kind.value === "duplicate") {
      const earlier = this.#recent[wholeBetween(this.#random, 0, this.#recent.length - 1)];
      if (earlier !== undefined) return earlier;
    }
    const index = this.#turn++ % this.#options.trackers.length;
    const tracker = this.#options.trackers[index];
    if (tracker === undefined) return null;
    const seq = (this.#seqs[index] ?? 0) + 1;
    const raw = this.#packet(tracker, seq);
    // A damaged read does not use the number up: the tracker offers its packet again next time.
    if (kind.value === "malformed") return damage(raw, tracker.privateKey, this.#random);
    this.#seqs[index] = seq;
    this.#recent.push(raw);
    if (this.#recent.length > repeatable) this.#recent.shift();
    return raw;
  }

  #packet(tracker: SimulatedTracker, seq: number): Buffer {
    const nowEpochMs = this.#options.now();
    const count = wholeBetween(this.#random, 20, 60);
    return signTap(
      {
        trackerId: tracker.id,
        seq,
        epoch: this.#options.epoch,
        t0EpochS: Math.floor(nowEpochMs / 1000) - count * sampleEveryS,
        samples: this.#samples(count),
        batteryPercent: wholeBetween(this.#random, 15, 100),
        uptimeS: 86_400 + Math.max(0, Math.floor((nowEpochMs - this.#startedEpochMs) / 1000)),
      },
      tracker,
    );
  }

  /** A heart rate that wanders, and steps that go with it. */
  #samples(count: number): Sample[] {
    let heartRateBpm = wholeBetween(this.#random, 60, 110);
    return Array.from({ length: count }, (_, index): Sample => {
      heartRateBpm = Math.min(175, Math.max(48, heartRateBpm + wholeBetween(this.#random, -6, 6)));
      const steps =
        heartRateBpm > 90 ? wholeBetween(this.#random, 40, 150) : wholeBetween(this.#random, 0, 20);
      return [index * sampleEveryS, heartRateBpm, steps];
    });
  }
}
