/**
 * Runs work in the order it is asked for wherever it concerns the same thing; what does not runs side by side. SFTP promises this for
 * requests on one file (draft-ietf-secsh-filexfer-02, section 6), so that clients need not wait for answers.
 */
export class InOrder {
  readonly #last = new Map<string, Promise<unknown>>();

  /** @param things what the work concerns, by name */
  run<T>(things: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = things.flatMap((thing) => this.#last.get(thing) ?? []);
    const running = before.length === 0 ? work() : Promise.allSettled(before).then(work);
    const ended = running.then(
      () => undefined,
      () => undefined,
    );
    for (const thing of things) this.#last.set(thing, ended);
    void ended.then(() => {
      for (const thing of things) if (this.#last.get(thing) === ended) this.#last.delete(thing);
    });
    return running;
  }
}
