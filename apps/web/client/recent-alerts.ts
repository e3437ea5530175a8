import type { Alert } from "@tapline/core/alerts";

/** No answer is on its way for longer: what was pushed earlier is in it. */
const keptMs = 15_000;
const mostKept = 2_000;

/** The last that was pushed of alerts within the last seconds: answers that were asked for before may lack it. */
export class RecentAlerts {
  readonly #byId = new Map<string, { alert: Alert; atEpochMs: number }>();

  /** @returns those that were news */
  note(changed: readonly Alert[], nowEpochMs: number): Alert[] {
    const fresh: Alert[] = [];
    for (const alert of changed) {
      const known = this.#byId.get(alert.id);
      if (known !== undefined && known.alert.rev >= alert.rev) continue;
      fresh.push(alert);
      // Anew at the end: what is oldest stands first.
      this.#byId.delete(alert.id);
      this.#byId.set(alert.id, { alert, atEpochMs: nowEpochMs });
    }
    for (const [id, { atEpochMs }] of this.#byId) {
      if (this.#byId.size <= mostKept && nowEpochMs - atEpochMs <= keptMs) break;
      this.#byId.delete(id);
    }
    return fresh;
  }

  since(nowEpochMs: number): Alert[] {
    return [...this.#byId.values()]
      .filter(({ atEpochMs }) => nowEpochMs - atEpochMs <= keptMs)
      .map(({ alert }) => alert);
  }
}
