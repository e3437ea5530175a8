import type { CreditDesk, CreditRefusal } from "./credit-desk.ts";

/** Most credits that an agent has ahead of its taps: two full batches. */
const maxAheadTaps = 1_000;
/** A stock that is used up in less time grows, ms; one that lasts longer than the second figure shrinks. */
const briskMs = 500;
const slowMs = 2_000;

/**
 * The credits of one agent in one process: granted ahead of its taps, so that no tap waits for a grant while there are
 * any. How far ahead follows what the agent sends; one that is quiet gives up all but a few, so that many quiet agents do
 * not keep the window from a busy one.
 */
export class AgentCredits {
  readonly #agent: string;
  readonly #desk: Pick<CreditDesk, "some" | "all" | "unspent">;
  readonly #fewTaps: () => number;
  readonly #clock: () => number;
  readonly #ended = new AbortController();
  #stockTaps = 0;
  #aheadTaps: number;
  #usedAtMs: number;
  #filledAtMs: number;
  #filling = false;
  #onFilled: (() => void) | null = null;
  #streams = 0;

  /**
   * @param fewTaps how many a quiet agent keeps
   * @param clock milliseconds that never go back
   */
  constructor(
    agent: string,
    desk: Pick<CreditDesk, "some" | "all" | "unspent">,
    fewTaps: () => number,
    clock: () => number,
  ) {
    this.#agent = agent;
    this.#desk = desk;
    this.#fewTaps = fewTaps;
    this.#clock = clock;
    this.#aheadTaps = fewTaps();
    this.#usedAtMs = clock();
    this.#filledAtMs = clock();
  }

  /** Taps that the agent may send without asking. */
  get stockTaps(): number {
    return this.#stockTaps;
  }

  /** Fills the stock from now on, and calls `onFilled` whenever it grew; null ends that. */
  keepFilled(onFilled: (() => void) | null): void {
    this.#onFilled = onFilled;
    if (onFilled !== null) this.#fill();
  }

  /** A stream uses this stock from now on, until it calls what it gets. */
  enter(): () => void {
    this.#streams++;
    return () => {
      this.#streams--;
    };
  }

  /** True where no stream uses the stock, and nothing was taken from it for `ms`. */
  isIdle(ms: number): boolean {
    return this.#streams === 0 && this.#clock() - this.#usedAtMs >= ms;
  }

  /** Takes some of `taps`, at least one, waiting for it where there is none; 0 once `signal` is aborted. */
  async take(taps: number, signal: AbortSignal): Promise<number> {
    const ready = this.#draw(taps);
    if (ready > 0) {
      this.#fill();
      return ready;
    }
    const granted = await this.#desk.some(this.#agent, taps, signal);
    this.#fill();
    return granted;
  }

  /** Takes all of `taps`. @returns null where they were there */
  async takeAll(taps: number): Promise<CreditRefusal | null> {
    const ready = this.#draw(taps);
    const refusal = ready === taps ? null : await this.#desk.all(this.#agent, taps - ready);
    if (refusal === null) this.#fill();
    else this.#stockTaps += ready;
    // Nothing more of an agent whose quota is spent, not even what it was granted before.
    if (refusal?.quotaSpent === true) this.#cut(0);
    return refusal;
  }

  /** Credits that were taken and are not needed. */
  giveBack(taps: number): void {
    this.#desk.unspent(taps);
  }

  /** Gives up what a quiet agent does not need. To be called now and then. */
  rest(): void {
    if (this.#clock() - this.#usedAtMs < slowMs) return;
    this.#aheadTaps = this.#fewTaps();
    this.#cut(this.#aheadTaps);
  }

  /** Gives up everything. */
  end(): void {
    this.#ended.abort();
    this.#onFilled = null;
    this.#cut(0);
  }

  #draw(taps: number): number {
    this.#usedAtMs = this.#clock();
    const drawn = Math.min(taps, this.#stockTaps);
    this.#stockTaps -= drawn;
    return drawn;
  }

  #cut(toTaps: number): void {
    const over = Math.max(0, this.#stockTaps - toTaps);
    this.#stockTaps -= over;
    this.#desk.unspent(over);
  }

  /** Fills the stock where less than half of it is left: a lone tap now and then costs no call of its own. */
  #fill(): void {
    if (this.#filling || this.#ended.signal.aborted || this.#stockTaps * 2 > this.#aheadTaps) return;
    const lastedMs = this.#clock() - this.#filledAtMs;
    if (lastedMs < briskMs) this.#aheadTaps = Math.min(maxAheadTaps, Math.max(1, this.#aheadTaps) * 2);
    else if (lastedMs > slowMs) this.#aheadTaps = Math.max(this.#fewTaps(), Math.floor(this.#aheadTaps / 2));
    const wanted = Math.max(1, this.#aheadTaps) - this.#stockTaps;
    if (wanted <= 0) return;
    this.#filling = true;
    void this.#desk.some(this.#agent, wanted, this.#ended.signal).then((granted) => {
      this.#filling = false;
      this.#filledAtMs = this.#clock();
      this.#stockTaps += granted;
      if (granted > 0) this.#onFilled?.();
    });
  }
}
