/** Entries of refusals within a minute; how many more there were is told by the next one. */
const perMinute = 30;
const minuteMs = 60_000;

/** Bounds what somebody who is refused again and again, guessing passwords say, makes the log grow by. */
export class RefusalCount {
  readonly #clock: () => number;
  #sinceEpochMs = Number.NEGATIVE_INFINITY;
  #written = 0;
  #passedOver = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** How many were passed over before this one; null where it is passed over itself. */
  count(): number | null {
    const nowEpochMs = this.#clock();
    if (Math.abs(nowEpochMs - this.#sinceEpochMs) >= minuteMs) {
      this.#sinceEpochMs = nowEpochMs;
      this.#written = 0;
    }
    if (this.#written >= perMinute) {
      this.#passedOver += 1;
      return null;
    }
    this.#written += 1;
    const passedOver = this.#passedOver;
    this.#passedOver = 0;
    return passedOver;
  }
}
