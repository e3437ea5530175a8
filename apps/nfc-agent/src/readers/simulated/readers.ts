import { setTimeout as sleep } from "node:timers/promises";
import type { Reader } from "../reader.ts";
import type { SimulatedField } from "./field.ts";

/** Holds many callers together to `perSecond`; `null` lets everyone pass. Missed time is not made up for. */
export class Pace {
  readonly #intervalMs: number;
  #nextAtMs = 0;

  constructor(perSecond: number | null) {
    this.#intervalMs = perSecond === null ? 0 : 1000 / perSecond;
  }

  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#intervalMs === 0) return;
    const nowMs = performance.now();
    const atMs = Math.max(this.#nextAtMs, nowMs - this.#intervalMs);
    this.#nextAtMs = atMs + this.#intervalMs;
    if (atMs > nowMs) await sleep(atMs - nowMs, undefined, { signal });
  }
}

/** `count` readers that share one field and one pace. */
export function simulatedReaders(count: number, field: SimulatedField, pace: Pace): Reader[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `simulated-${index + 1}`,
    async next(signal) {
      await pace.turn(signal);
      return field.next();
    },
  }));
}
