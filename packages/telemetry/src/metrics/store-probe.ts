import { answered } from "./answered.ts";

/** What a probe found: whether the store answers, and the round trip, ms; null where it does not. */
export type StoreHealth = { readonly up: boolean; readonly tookMs: number | null };

/** Asks a store whether it lives: one question at a time, so that one that hangs is not asked by more and more. */
export class StoreProbe {
  readonly name: string;
  readonly #ask: () => Promise<unknown>;
  #looking: Promise<StoreHealth> | null = null;

  /**
   * @param name as in the metric, such as `redis`
   * @param ask a question that costs the store nothing
   */
  constructor(name: string, ask: () => Promise<unknown>) {
    this.name = name;
    this.#ask = ask;
  }

  /** Never rejects; takes 1 s at most. */
  async look(): Promise<StoreHealth> {
    this.#looking ??= this.#once().finally(() => {
      this.#looking = null;
    });
    return await this.#looking;
  }

  async #once(): Promise<StoreHealth> {
    const startedAt = performance.now();
    const isUp = await answered(this.#ask().then(() => true));
    return isUp ? { up: true, tookMs: performance.now() - startedAt } : { up: false, tookMs: null };
  }
}
