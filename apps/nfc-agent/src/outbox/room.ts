import type { Clock } from "@tapline/core/kernel";

/**
 * `full`: `maxBytes` is reached. `old`: a tap waits for longer than `maxAgeMs`. `disk-full`: the file system has no
 * room. Nothing is dropped in any of them.
 */
export type OutboxState = "open" | "full" | "old" | "disk-full";

export type OutboxBounds = {
  /** Most bytes on disk, at least 1 MiB; above it reading pauses. */
  maxBytes: number;
  /** Reading pauses while a tap without an end is older than this, ms; `null`: no such bound. */
  maxAgeMs: number | null;
};

/** What an outbox holds at a moment. */
export type Held = { bytes: number; oldestReadAtEpochMs: number | null };

/** Decides whether one more tap may come in, and lets those wait that may not. */
export class Room {
  readonly #held: () => Held;
  readonly #now: Clock;
  readonly #closing: AbortSignal;
  #bounds: OutboxBounds;
  #state: "open" | "full" | "disk-full" = "open";
  #waiting: (() => void)[] = [];

  constructor(bounds: OutboxBounds, held: () => Held, now: Clock, closing: AbortSignal) {
    this.#bounds = bounds;
    this.#held = held;
    this.#now = now;
    this.#closing = closing;
    closing.addEventListener("abort", () => this.#wake(), { once: true });
  }

  get state(): OutboxState {
    return this.#state === "open" && this.#isOld() ? "old" : this.#state;
  }

  get bounds(): Readonly<OutboxBounds> {
    return this.#bounds;
  }

  /** Whether `bytes` more may come in now. */
  admits(bytes: number): boolean {
    return !this.#isFull(bytes) && !this.#isOld();
  }

  /** Resolves when it is worth asking again; rejects where the outbox closes. */
  async changed(): Promise<void> {
    this.#closing.throwIfAborted();
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#closing.throwIfAborted();
  }

  /** New bounds hold at once; what is kept already stays, whatever they are. */
  setBounds(bounds: OutboxBounds): void {
    this.#bounds = bounds;
    this.filesGone();
  }

  /** Files were deleted. */
  filesGone(): void {
    if (this.#state === "full") this.#state = "open";
    this.#wake();
  }

  /** Taps had their end: the oldest one may be another now. */
  tapsLeft(): void {
    if (this.#bounds.maxAgeMs !== null && !this.#isOld()) this.#wake();
  }

  disk(isFull: boolean): void {
    if (isFull) this.#state = "disk-full";
    else if (this.#state === "disk-full") this.#state = "open";
  }

  #isFull(moreBytes: number): boolean {
    const isFull = this.#held().bytes + moreBytes > this.#bounds.maxBytes;
    if (isFull && this.#state === "open") this.#state = "full";
    return isFull;
  }

  #isOld(): boolean {
    const { maxAgeMs } = this.#bounds;
    if (maxAgeMs === null) return false;
    const oldest = this.#held().oldestReadAtEpochMs;
    return oldest !== null && this.#now() - oldest > maxAgeMs;
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }
}
