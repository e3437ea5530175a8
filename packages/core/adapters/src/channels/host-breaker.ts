/** After so many attempts in a row without an answer a host is let alone. */
const patience = 3;
const firstPauseMs = 30_000;
const longestPauseMs = 10 * 60_000;
/** Hosts are named by whoever subscribes: of more than this the oldest trouble is forgotten. */
const most = 1_000;

type Trouble = { readonly inRow: number; readonly untilEpochMs: number };

/** Lets hosts alone for a time that do not answer: 30 s, doubling up to 10 min, with one attempt between. */
export class HostBreaker {
  readonly #clock: () => number;
  readonly #troubles = new Map<string, Trouble>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** How long a host is let alone from now on, ms; 0 = whoever asks may try it. Where it was let alone, one may until that has ended. */
  pauseOf(host: string): number {
    const trouble = this.#troubles.get(host);
    if (trouble === undefined || trouble.inRow < patience) return 0;
    const leftMs = trouble.untilEpochMs - this.#clock();
    if (leftMs > 0) return leftMs;
    this.#troubles.set(host, { ...trouble, untilEpochMs: this.#clock() + firstPauseMs });
    return 0;
  }

  /** @param answered whether there was any answer, a bad one, too */
  note(host: string, answered: boolean): void {
    const inRow = (this.#troubles.get(host)?.inRow ?? 0) + 1;
    this.#troubles.delete(host);
    if (answered) return;
    const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(Math.max(inRow - patience, 0), 10), longestPauseMs);
    this.#troubles.set(host, { inRow, untilEpochMs: this.#clock() + pauseMs });
    const [oldest] = this.#troubles.keys();
    if (this.#troubles.size > most && oldest !== undefined) this.#troubles.delete(oldest);
  }
}
