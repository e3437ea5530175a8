import { setTimeout as sleep } from "node:timers/promises";

/** Holds many callers together to `perSecond`; `null` lets everyone pass. Missed time is not made up for. */
export class Pace {
  readonly #intervalMs: number;
  #nextAtMs = 0;

  constructor(perSecond: number | null) {
    this.#intervalMs = perSecond === null ? 0 : 1000 / perSecond;
  }

  /** Resolves when it is the caller's turn, at once where `signal` is aborted. */
  async turn(signal: AbortSignal): Promise<void> {
    if (this.#intervalMs === 0) return;
    const nowMs = performance.now();
    const atMs = Math.max(this.#nextAtMs, nowMs - this.#intervalMs);
    this.#nextAtMs = atMs + this.#intervalMs;
    if (atMs > nowMs) await pause(atMs - nowMs, signal);
  }
}

/** Waits for `ms`, or until `signal` is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
