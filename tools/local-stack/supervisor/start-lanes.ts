import { availableParallelism } from "node:os";

/** One that takes longer hangs, or waits for something that others need not wait for, ms. */
export const slowAfterMs = 10_000;

type Waiting = Readonly<{ isAgain: boolean; go: () => void }>;

/**
 * Starts of processes: so many at once as the machine has processors, since each is a second of compiling. What died goes before what is
 * there for the first time. A start that is slow holds up nobody: the next begins beside it.
 */
export class StartLanes {
  readonly #slowAfterMs: number;
  readonly #waiting: Waiting[] = [];
  #free: number;

  constructor(atOnce = Math.max(2, availableParallelism()), slowMs = slowAfterMs) {
    this.#free = atOnce;
    this.#slowAfterMs = slowMs;
  }

  /** Ends as `start` does, once its turn has come. @throws what `signal` was aborted with meanwhile */
  async run<Started>(isAgain: boolean, signal: AbortSignal, start: () => Promise<Started>): Promise<Started> {
    const leave = await this.#enter(isAgain);
    const slow = setTimeout(leave, this.#slowAfterMs);
    try {
      signal.throwIfAborted();
      return await start();
    } finally {
      clearTimeout(slow);
      leave();
    }
  }

  /** @returns what gives the lane to the next, once */
  async #enter(isAgain: boolean): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((go) => void this.#waiting.push({ isAgain, go }));
    let isIn = true;
    return () => {
      if (isIn) this.#next();
      isIn = false;
    };
  }

  #next(): void {
    const again = this.#waiting.findIndex((one) => one.isAgain);
    const [next] = this.#waiting.splice(Math.max(0, again), 1);
    if (next === undefined) this.#free += 1;
    else next.go();
  }
}
