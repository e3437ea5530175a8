import { AgentCredits } from "./agent-credits.ts";
import type { CreditDesk, CreditRefusal } from "./credit-desk.ts";

/** What a quiet agent keeps at most, and the part of the window that all quiet agents together keep at most. */
const fewTaps = 16;
const quietShare = 1 / 4;
const restEveryMs = 1_000;
/** After this time a stock is forgotten that nobody uses, ms. */
const forgetAfterMs = 30_000;

/** The stocks of all agents that speak to this process. */
export class CreditStocks {
  readonly #desk: CreditDesk;
  readonly #windowTaps: number;
  readonly #stocks = new Map<string, AgentCredits>();
  readonly #timer: NodeJS.Timeout;

  constructor(desk: CreditDesk, windowTaps: number) {
    this.#desk = desk;
    this.#windowTaps = windowTaps;
    this.#timer = setInterval(() => this.#rest(), restEveryMs);
    this.#timer.unref();
  }

  /** The stock of `agent`, which its streams and requests share. */
  of(agent: string): AgentCredits {
    let stock = this.#stocks.get(agent);
    if (stock === undefined) {
      stock = new AgentCredits(
        agent,
        this.#desk,
        () => this.#fewTaps(),
        () => performance.now(),
      );
      this.#stocks.set(agent, stock);
    }
    return stock;
  }

  /** Takes `taps` of the agent's rate alone, for work that brings no taps. @returns as `AgentCredits.takeAll` */
  async takeRate(agent: string, taps: number): Promise<CreditRefusal | null> {
    return await this.#desk.all(agent, taps, "rate");
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const stock of this.#stocks.values()) stock.end();
    this.#stocks.clear();
    this.#desk.stop();
  }

  #fewTaps(): number {
    const sharers = Math.max(1, this.#desk.holders * this.#stocks.size);
    return Math.min(fewTaps, Math.floor((this.#windowTaps * quietShare) / sharers));
  }

  #rest(): void {
    for (const [agent, stock] of this.#stocks) {
      stock.rest();
      if (!stock.isIdle(forgetAfterMs)) continue;
      stock.end();
      this.#stocks.delete(agent);
    }
  }
}
