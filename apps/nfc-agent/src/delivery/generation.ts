/** Which life of the server's buffer we talk to. */
export class Generation {
  #current: string | null = null;
  readonly #onLost: () => void;

  /** @param onLost called when the buffer we knew is gone */
  constructor(onLost: () => void) {
    this.#onLost = onLost;
  }

  /** `null` before the first answer. */
  get current(): string | null {
    return this.#current;
  }

  /**
   * Takes note of the generation in an answer. An empty one says that there is no buffer at present; the next
   * that has a name is then no loss, since all that had been lost was noted already.
   * @param asked what was known when the request left
   * @returns false where the answer is older than what is known by now, so that it promises nothing
   */
  hear(asked: string | null, answered: string): boolean {
    if (answered === this.#current) return true;
    if (asked !== this.#current) return false;
    const known = this.#current;
    this.#current = answered;
    if (known !== null && known !== "") this.#onLost();
    return true;
  }
}
