import type { Logger } from "pino";

const sayEveryMs = 60_000;

/**
 * Says that attempts lost their jobs, as under load: harmless, since every job comes to the same result however often it is done, and a sign
 * that the process is slow. Once a minute at most, with how many there were.
 */
export class TakenOverLog {
  readonly #log: Pick<Logger, "warn">;
  readonly #facts: object;
  readonly #now: () => number;
  #saidAtMs = Number.NEGATIVE_INFINITY;
  #unsaid = 0;

  /** @param facts of every line @param now ms, by a clock that nobody sets */
  constructor(log: Pick<Logger, "warn">, facts: object, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#facts = facts;
    this.#now = now;
  }

  note(attempts: number): void {
    this.#unsaid += attempts;
    if (this.#now() - this.#saidAtMs < sayEveryMs) return;
    this.#saidAtMs = this.#now();
    this.#log.warn(
      { ...this.#facts, attempts: this.#unsaid },
      "attempts took longer than their locks, so that others may do the same work: the first result stands, nothing is lost; said once a minute",
    );
    this.#unsaid = 0;
  }
}
