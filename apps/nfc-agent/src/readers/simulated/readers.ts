import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "@tapline/core/kernel";
import type { Readers } from "../reader.ts";
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
export function simulatedReaders(count: number, field: SimulatedField, pace: Pace, now: Clock): Readers {
  const names = Array.from({ length: count }, (_, index) => `simulated-${index + 1}`);
  return {
    async run(sink, signal) {
      const read = async (reader: string): Promise<void> => {
        sink.status({ reader, condition: "ready", detail: "", sinceEpochMs: now() });
        for (;;) {
          await pace.turn(signal);
          const raw = field.next();
          if (raw === null) return;
          await sink.tap({ reader, readAtEpochMs: now(), raw, tag: "simulated", readMs: 0, rereads: 0 });
        }
      };
      await Promise.all(names.map(read));
    },
    feedback: () => undefined,
    configure: () => undefined,
  };
}
