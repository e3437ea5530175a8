import type { KpiReadings } from "./readings.ts";

/** What was not renewed for longer tells nothing of now, ms: twelve readings of who watches for alerts. */
const holdsMs = 60_000;

/** What stores last said, part by part, each for as long as it tells of now. Times are by a clock that never goes back. */
export class HeldReadings {
  #readings: KpiReadings = {};
  readonly #takenAtMs = new Map<string, number>();

  /** What is not given stays as it was. */
  take(readings: KpiReadings, takenAtMs: number): void {
    this.#readings = { ...this.#readings, ...readings };
    for (const part of Object.keys(readings)) this.#takenAtMs.set(part, takenAtMs);
  }

  forget(): void {
    this.#readings = {};
  }

  at(nowMs: number): KpiReadings {
    const isHeld = (part: string): boolean => nowMs - (this.#takenAtMs.get(part) ?? nowMs) <= holdsMs;
    return Object.fromEntries(Object.entries(this.#readings).filter(([part]) => isHeld(part)));
  }
}
