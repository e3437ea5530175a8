/** A bound on what is under way at once, shared fairly: whoever asks first goes first. */
export class InFlight {
  readonly #limit: () => number;
  readonly #waiting: (() => void)[] = [];
  #under = 0;

  /** @param limit how many may be under way, asked for anew each time */
  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** Waits for a place. @returns gives it back */
  async take(): Promise<() => void> {
    if (this.#under >= this.#limit() || this.#waiting.length > 0)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#under += 1;
    return () => this.#giveBack();
  }

  /** The place goes to the next who waits, so that nobody who comes later gets it. */
  #giveBack(): void {
    this.#under -= 1;
    while (this.#waiting.length > 0 && this.#under < this.#limit()) {
      this.#under += 1;
      this.#waiting.shift()?.();
    }
  }
}
