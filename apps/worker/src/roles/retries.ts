/** Attempts at one thing: after one that failed none is made before a pause is over. */
export class Retries {
  readonly #pauseMs: number;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(pauseMs: number) {
    this.#pauseMs = pauseMs;
  }

  /** Resolves when the attempt is over, whatever came of it, or at once where it is too early for one. */
  async attempt(work: () => Promise<void>, onError: (error: unknown) => void): Promise<void> {
    if (performance.now() < this.#notBeforeMs) return;
    try {
      await work();
    } catch (error) {
      this.#notBeforeMs = performance.now() + this.#pauseMs;
      onError(error);
    }
  }
}
