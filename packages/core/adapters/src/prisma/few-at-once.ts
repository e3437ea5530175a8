/** Lets a few acts run at once in this process; whoever comes beyond them waits for his turn, in the order in which they came. */
export class FewAtOnce {
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(atOnce: number, mostWaiting: number) {
    this.#atOnce = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  /** @param tooMany what is thrown where too many wait already */
  async run<Result>(act: () => Promise<Result>, tooMany: () => Error): Promise<Result> {
    if (this.#running < this.#atOnce) this.#running += 1;
    else if (this.#waiting.length < this.#mostWaiting)
      // Whoever ends hands on the place.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else throw tooMany();
    try {
      return await act();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
