import type { Slot } from "./slot.ts";
import { slowAfterMs } from "./start-lanes.ts";

/** After a successor that did not come up, ms. */
const restMs = 5_000;

/**
 * Which processes are being exchanged for new ones while they serve: one at a time. Where a successor is slow, as one that hangs, those
 * of other workloads go on beside it; its own workload waits, so that of its replicas never two are on their way.
 */
export class Renewals {
  readonly #onChange: () => void;
  readonly #slowAfterMs: number;
  readonly #underWay = new Map<Slot, { isSlow: boolean }>();
  readonly #resting = new Set<string>();

  /** @param onChange called when another one may begin */
  constructor(onChange: () => void, slowMs = slowAfterMs) {
    this.#onChange = onChange;
    this.#slowAfterMs = slowMs;
  }

  isUnderWay(slot: Slot): boolean {
    return this.#underWay.has(slot);
  }

  mayBegin(slot: Slot): boolean {
    return (
      !this.#resting.has(slot.plan.name) &&
      [...this.#underWay].every(([other, { isSlow }]) => isSlow && !shareWorkload(slot, other))
    );
  }

  /** @param begin starts the successor of `slot` and has it take the place @returns whether it came up */
  async run(slot: Slot, begin: () => Promise<void>): Promise<boolean> {
    const standing = { isSlow: false };
    this.#underWay.set(slot, standing);
    const slow = setTimeout(() => {
      standing.isSlow = true;
      this.#onChange();
    }, this.#slowAfterMs);
    try {
      await begin();
      return true;
    } catch {
      this.#rest(slot.plan.name);
      return false;
    } finally {
      clearTimeout(slow);
      this.#underWay.delete(slot);
    }
  }

  #rest(name: string): void {
    this.#resting.add(name);
    setTimeout(() => {
      this.#resting.delete(name);
      this.#onChange();
    }, restMs).unref();
  }
}

function shareWorkload(one: Slot, other: Slot): boolean {
  return (
    one.plan.colour === other.plan.colour &&
    one.plan.services.some((service) => other.plan.services.includes(service))
  );
}
