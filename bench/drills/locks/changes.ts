/** Waits for what others bring about, and fails as soon as something is known to be wrong. */
export class Changes {
  #wrong: unknown = null;
  readonly #looks = new Set<() => void>();

  /** Something has happened. */
  tell(): void {
    for (const look of [...this.#looks]) look();
  }

  /** Whoever waits, now or later, fails with the first of these. */
  fail(error: unknown): void {
    this.#wrong ??= error;
    this.tell();
  }

  forget(): void {
    this.#wrong = null;
  }

  /** @throws Error where it is not so within the time, naming what was waited for */
  async until(isSo: () => boolean, what: () => string, withinMs: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (this.#wrong === null && !isSo()) return;
        clearTimeout(timer);
        this.#looks.delete(look);
        if (this.#wrong === null) resolve();
        else reject(this.#wrong);
      };
      const timer = setTimeout(() => {
        this.#looks.delete(look);
        reject(new Error(`waited ${withinMs} ms for ${what()}`));
      }, withinMs);
      this.#looks.add(look);
      look();
    });
  }
}
