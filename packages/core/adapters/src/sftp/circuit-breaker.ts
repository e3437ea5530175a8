import { hasCode, TaplineError } from "@tapline/core/kernel";
import {
  type Circuit,
  type CircuitLimits,
  closedCircuit,
  failCircuit,
  tryCircuit,
} from "@tapline/core/transfer";

/** Told when nothing is tried any more, with the fault that did it, and when all is well again. */
export type OnCircuit = (
  change: { readonly is: "open"; readonly error: TaplineError } | { readonly is: "closed" },
) => void;

/** Keeps calls away from a server that failed several times in a row, until one attempt shows that it is back. */
export class CircuitBreaker {
  readonly #limits: CircuitLimits;
  readonly #onCircuit: OnCircuit;
  #circuit: Circuit = closedCircuit;
  /** The fault that opened it; null while all is well. */
  #openedBy: TaplineError | null = null;
  /** The last fault of those since the last success, and when the first call that failed had begun, by a clock that never goes back. */
  #failing: { readonly error: TaplineError; readonly sinceMs: number } | null = null;

  constructor(limits: CircuitLimits, onCircuit: OnCircuit) {
    this.#limits = limits;
    this.#onCircuit = onCircuit;
  }

  /** True while calls are refused at once. */
  get isOpen(): boolean {
    return tryCircuit(this.#circuit, performance.now()) === null;
  }

  /** Since when calls have failed, none of them succeeding, and why; null where the last one that ended was well. */
  get failing(): { readonly error: TaplineError; readonly forMs: number } | null {
    if (this.#failing === null) return null;
    return { error: this.#failing.error, forMs: performance.now() - this.#failing.sinceMs };
  }

  /**
   * @param act one call; its outcome counts
   * @param probe a short call that comes first where the circuit was open, and decides alone
   * @throws TaplineError `unavailable` at once while the circuit is open
   */
  async run<T>(act: () => Promise<T>, probe: () => Promise<unknown>): Promise<T> {
    const allowed = tryCircuit(this.#circuit, performance.now());
    if (allowed === null) throw this.#refusal();
    this.#circuit = allowed;
    if (allowed.is === "half-open") await this.#counted(probe);
    return await this.#counted(act);
  }

  async #counted<T>(act: () => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    try {
      const result = await act();
      this.#succeeded();
      return result;
    } catch (error) {
      if (isOutage(error)) this.#failed(error, startedMs);
      else this.#succeeded();
      throw error;
    }
  }

  #succeeded(): void {
    // What began before the circuit opened and ends well meanwhile says that the server is there.
    this.#circuit = closedCircuit;
    this.#failing = null;
    if (this.#openedBy === null) return;
    this.#openedBy = null;
    this.#onCircuit({ is: "closed" });
  }

  #failed(error: TaplineError, startedMs: number): void {
    this.#failing = { error, sinceMs: this.#failing?.sinceMs ?? startedMs };
    this.#circuit = failCircuit(this.#circuit, performance.now(), this.#limits, Math.random());
    if (this.#circuit.is !== "open") return;
    const isNew = this.#openedBy === null;
    this.#openedBy = error;
    if (isNew) this.#onCircuit({ is: "open", error });
  }

  #refusal(): TaplineError {
    const cause = this.#openedBy;
    return new TaplineError(
      "unavailable",
      `not tried for the moment, since it failed before: ${cause?.message}`,
      {
        ...(cause?.remedy === undefined ? {} : { remedy: cause.remedy }),
        cause,
      },
    );
  }
}

/** True where the server did not do its part; a refusal that is about the request alone is none. */
function isOutage(error: unknown): error is TaplineError {
  return hasCode(error, "unavailable") || hasCode(error, "misconfigured");
}
