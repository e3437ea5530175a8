/** Readers with nothing to do, longest idle first: four bytes for each, and no promise, closure or timer. */
export class IdleReaders {
  readonly #ring: Uint32Array;
  readonly #size: number;
  #head = 0;
  #count: number;

  /** All of `size` readers, 0 to `size` - 1, are idle at first. */
  constructor(size: number) {
    this.#ring = Uint32Array.from({ length: size }, (_, index) => index);
    this.#size = size;
    this.#count = size;
  }

  /** True where no reader is at work. */
  get all(): boolean {
    return this.#count === this.#size;
  }

  get none(): boolean {
    return this.#count === 0;
  }

  /** The reader that has been idle for longest; undefined where there is none. */
  take(): number | undefined {
    if (this.none) return undefined;
    const reader = this.#ring[this.#head];
    this.#head = (this.#head + 1) % this.#size;
    this.#count -= 1;
    return reader;
  }

  give(reader: number): void {
    this.#ring[(this.#head + this.#count) % this.#size] = reader;
    this.#count += 1;
  }
}
