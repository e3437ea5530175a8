import type { CreditBook } from "@tapline/adapters/redis";
import type { CreditAsk, CreditGrant } from "@tapline/core/validation";

/** How often a process that holds credits gives a sign of life, ms: well within the lease. */
const renewEveryMs = 4_000;
/** How long credits that were given up may still count as held, ms. */
const giveBackAfterMs = 250;
/** When to ask again where the window was full, should the news be missed that there is room, ms. */
const askAgainAfterMs = 100;
/** However long it may take until there are credits: what holds an agent back may be lifted meanwhile. */
const askAgainWithinMs = 60_000;
const pauseAfterErrorMs = 500;
const maxAsksPerCall = 500;

/** Why there are no credits, and after how many ms to come again. */
export type CreditRefusal = Pick<CreditGrant, "quotaSpent"> & {
  readonly retryAfterMs: number;
  /** Whether it is the window that all agents share, and nothing of the agent's own. */
  readonly windowFull: boolean;
};

type Waiting = CreditAsk & {
  readonly agent: string;
  readonly patient: boolean;
  readonly answer: (grant: CreditGrant) => void;
  notBeforeMs: number;
  /** Whether it is the window, not its own bucket, that it waits for. */
  windowFull: boolean;
};

/**
 * Where this process asks for credits, for streams and requests alike. What is asked while a call is on its way leaves in
 * the next one, so credits cost one short step in Redis for many taps. Knows what this process holds in all.
 */
export class CreditDesk {
  readonly #book: Pick<CreditBook, "ask">;
  readonly #onError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  /** In the order in which they came: who waits longest is served first. */
  readonly #waiting = new Set<Waiting>();
  #heldTaps = 0;
  #changed = false;
  #asking = false;
  #soon = false;
  #askedAtMs = 0;
  #holders = 1;
  #wakeUp: NodeJS.Timeout | undefined;

  /** @param onError told when credits cannot be asked for; it is tried again */
  constructor(book: Pick<CreditBook, "ask">, onError: (error: unknown) => void) {
    this.#book = book;
    this.#onError = onError;
    this.#timer = setInterval(() => this.#giveSign(), giveBackAfterMs);
    this.#timer.unref();
  }

  /** Taps that were granted here and not yet spent. */
  get heldTaps(): number {
    return this.#heldTaps;
  }

  /** Processes that hold credits, as last heard. */
  get holders(): number {
    return this.#holders;
  }

  /** Waits until `agent` may send some of `taps`, in turn with all others. 0 once `signal` is aborted. */
  async some(agent: string, taps: number, signal: AbortSignal): Promise<number> {
    return await new Promise((resolve) => {
      const onAbort = (): void => {
        this.#waiting.delete(waiting);
        resolve(0);
      };
      const waiting = this.#enqueue("some", agent, taps, true, ({ taps: granted }) => {
        signal.removeEventListener("abort", onAbort);
        if (signal.aborted) this.unspent(granted);
        resolve(signal.aborted ? 0 : granted);
      });
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /**
   * Asks for all of `taps` at once, without waiting for a turn.
   * @param kind `rate` where no taps come in, so that only the agent's own bucket is asked
   * @returns null where they were granted
   */
  async all(agent: string, taps: number, kind: "all" | "rate" = "all"): Promise<CreditRefusal | null> {
    return await new Promise((resolve) => {
      this.#enqueue(kind, agent, taps, false, ({ taps: granted, waitMs, quotaSpent }) =>
        resolve(
          granted > 0
            ? null
            : {
                retryAfterMs: Math.max(waitMs, askAgainAfterMs),
                quotaSpent,
                windowFull: waitMs === 0 && !quotaSpent,
              },
        ),
      );
    });
  }

  /** `taps` are on their way into the buffer: from there on they no longer count as held. */
  spending(taps: number): void {
    this.#heldTaps = Math.max(0, this.#heldTaps - taps);
  }

  /** `taps` that were granted are not needed. */
  unspent(taps: number): void {
    if (taps === 0) return;
    this.#heldTaps = Math.max(0, this.#heldTaps - taps);
    this.#changed = true;
  }

  /** There may be room in the window. */
  wake(): void {
    for (const waiting of this.#waiting) if (waiting.windowFull) waiting.notBeforeMs = 0;
    this.#askSoon();
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#wakeUp);
  }

  #enqueue(
    kind: CreditAsk["kind"],
    agent: string,
    taps: number,
    patient: boolean,
    answer: Waiting["answer"],
  ): Waiting {
    const waiting = { kind, agent, taps, patient, answer, notBeforeMs: 0, windowFull: false };
    this.#waiting.add(waiting);
    this.#askSoon();
    return waiting;
  }

  /** What is asked in one turn of the event loop leaves together. */
  #askSoon(): void {
    if (this.#asking || this.#soon || this.#waiting.size === 0) return;
    this.#soon = true;
    setImmediate(() => {
      this.#soon = false;
      void this.#ask();
    });
  }

  /** Asks again once the first of those that wait may. */
  #askLater(): void {
    clearTimeout(this.#wakeUp);
    if (this.#waiting.size === 0) return;
    let next = Number.POSITIVE_INFINITY;
    for (const { notBeforeMs } of this.#waiting) next = Math.min(next, notBeforeMs);
    const inMs = next - performance.now();
    if (inMs <= 0) this.#askSoon();
    else this.#wakeUp = setTimeout(() => this.#askSoon(), Math.ceil(inMs));
  }

  #giveSign(): void {
    const sinceMs = performance.now() - this.#askedAtMs;
    const due = this.#changed ? giveBackAfterMs : renewEveryMs;
    if (!this.#asking && sinceMs >= due && (this.#changed || this.#heldTaps > 0)) void this.#ask();
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const now = performance.now();
    const asked = [...this.#waiting].filter(({ notBeforeMs }) => notBeforeMs <= now).slice(0, maxAsksPerCall);
    this.#changed = false;
    this.#askedAtMs = now;
    try {
      const { grants, holders } = await this.#book.ask(this.#heldTaps, asked);
      this.#holders = holders;
      for (const [i, waiting] of asked.entries())
        this.#settle(waiting, grants[i] ?? { taps: 0, waitMs: 0, quotaSpent: false });
    } catch (error) {
      this.#onError(error);
      this.#changed = true;
      for (const waiting of asked) waiting.notBeforeMs = performance.now() + pauseAfterErrorMs;
    } finally {
      this.#asking = false;
      this.#askLater();
    }
  }

  #settle(waiting: Waiting, grant: CreditGrant): void {
    const { taps, waitMs } = grant;
    if (waiting.kind !== "rate") this.#heldTaps += taps;
    if (taps === 0 && waiting.patient) {
      waiting.windowFull = waitMs === 0;
      waiting.notBeforeMs = performance.now() + Math.min(waitMs || askAgainAfterMs, askAgainWithinMs);
      return;
    }
    this.#waiting.delete(waiting);
    waiting.answer(grant);
  }
}
