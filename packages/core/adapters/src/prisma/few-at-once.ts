/**
 * Lets a few acts run at once in this process; whoever comes beyond them waits for his turn, in the order in which they came. Of all
 * places, those of running acts and of waiting ones, nobody who is named has more than some: the others stay for others.
 */
export class FewAtOnce {
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  readonly #mostOfOne: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  /** How many places somebody has, by name. */
  readonly #of = new Map<string, number>();

  constructor(atOnce: number, mostWaiting: number, mostOfOne = atOnce + mostWaiting) {
    this.#atOnce = atOnce;
    this.#mostWaiting = mostWaiting;
    this.#mostOfOne = mostOfOne;
  }

  /**
   * @param tooMany what is thrown where too many wait already, or whoever asks has as many places as one may have
   * @param who asks; null: nobody in particular, such as a command
   */
  async run<Result>(
    act: () => Promise<Result>,
    tooMany: () => Error,
    who: string | null = null,
  ): Promise<Result> {
    if (who === null) return await this.#inTurn(act, tooMany);
    const before = this.#of.get(who) ?? 0;
    if (before >= this.#mostOfOne) throw tooMany();
    this.#of.set(who, before + 1);
    try {
      return await this.#inTurn(act, tooMany);
    } finally {
      const left = (this.#of.get(who) ?? 1) - 1;
      if (left === 0) this.#of.delete(who);
      else this.#of.set(who, left);
    }
  }

  async #inTurn<Result>(act: () => Promise<Result>, tooMany: () => Error): Promise<Result> {
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
