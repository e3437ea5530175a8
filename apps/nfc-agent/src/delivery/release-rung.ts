import type { Clock } from "@tapline/core/kernel";
import { type AckLevel, reaches } from "@tapline/core/tap";

export type ReleaseRungOptions = {
  /** Whether the server is told of it by reports; where it is not, nothing is waited for. */
  told: boolean;
  /** A clock that never goes back, ms. */
  monotonic: Clock;
  /** Taps may leave lower than before. */
  onLowered: (rung: AckLevel) => void;
};

/**
 * The rung at which a tap leaves the outbox. A server may forget what this outbox is said to hold, and have it sent again; so a rung
 * below the archive is taken up only once the server was told of it.
 */
export class ReleaseRung {
  readonly #options: ReleaseRungOptions;
  #current: AckLevel;
  #wanted: AckLevel;
  #wantedSinceMs = 0;

  /** @param rung of the start: the first report tells it together with the first taps */
  constructor(rung: AckLevel, options: ReleaseRungOptions) {
    this.#options = options;
    this.#current = rung;
    this.#wanted = rung;
  }

  /** The one that counts now. */
  get current(): AckLevel {
    return this.#current;
  }

  /** What is wanted from now on. */
  want(rung: AckLevel): void {
    if (rung === this.#wanted) return;
    this.#wanted = rung;
    this.#wantedSinceMs = this.#options.monotonic();
    const isKnown = !reaches(this.#current, "archived");
    if (!this.#options.told || isKnown || reaches(rung, "archived")) this.#take();
  }

  /** The server has answered a report that left at `sentMs`. */
  told(sentMs: number): void {
    if (sentMs >= this.#wantedSinceMs) this.#take();
  }

  #take(): void {
    const before = this.#current;
    this.#current = this.#wanted;
    if (before !== this.#current && reaches(before, this.#current)) this.#options.onLowered(this.#current);
  }
}
