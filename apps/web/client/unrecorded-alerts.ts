import type { Alert } from "@tapline/core/alerts";

/** What is told while it is being written is recorded a moment later: that is nothing to say, ms. */
const usualMs = 5_000;

/** Alerts that were told and are not recorded: the database does not answer. */
export class UnrecordedAlerts {
  readonly #sinceEpochMs = new Map<string, number>();

  note(alerts: readonly Alert[], recorded: boolean, nowEpochMs: number): void {
    for (const { id } of alerts) {
      if (recorded) this.#sinceEpochMs.delete(id);
      else if (!this.#sinceEpochMs.has(id)) this.#sinceEpochMs.set(id, nowEpochMs);
    }
  }

  /** For when news may have been missed. */
  forget(): void {
    this.#sinceEpochMs.clear();
  }

  /** How many wait for longer than is usual. */
  waiting(nowEpochMs: number): number {
    let waiting = 0;
    for (const sinceEpochMs of this.#sinceEpochMs.values())
      if (nowEpochMs - sinceEpochMs > usualMs) waiting += 1;
    return waiting;
  }
}

/** Those of this page. */
export const unrecordedAlerts: UnrecordedAlerts = new UnrecordedAlerts();
