import type { Outbox, Outcome, Settled, Totals } from "./outbox/index.ts";

/** Segment ids remembered for counting: one is named in few receipts that come close together. */
const rememberedSegments = 4096;
/** Taps that leave before their end are in no count of ends. */
const countOf: Partial<Record<Outcome, keyof Totals>> = {
  archived: "archived",
  duplicate: "duplicates",
  rejected: "rejected",
};

/** Counts for the status: over the outbox's whole life, or, in a bounded run, of that run's own taps. */
export class Tally {
  readonly #outbox: Outbox;
  readonly #ownRunOnly: boolean;
  readonly #firstSeq: number;
  readonly #tapsBefore: number;
  readonly #own: Totals = { taps: 0, archived: 0, duplicates: 0, rejected: 0 };
  readonly #recent = new Set<string>();
  #segments = 0;

  constructor(outbox: Outbox, ownRunOnly: boolean) {
    this.#outbox = outbox;
    this.#ownRunOnly = ownRunOnly;
    this.#firstSeq = outbox.nextSeq;
    this.#tapsBefore = outbox.totals.taps;
  }

  get totals(): Totals {
    if (!this.#ownRunOnly) return { ...this.#outbox.totals };
    return { ...this.#own, taps: this.#outbox.totals.taps - this.#tapsBefore };
  }

  /** Distinct segments that receipts of this run named. */
  get segments(): number {
    return this.#segments;
  }

  settled(settled: readonly Settled[], segments: ReadonlySet<string>): void {
    for (const { seq, outcome } of settled) {
      const count = countOf[outcome];
      if (count !== undefined && seq >= this.#firstSeq) this.#own[count] += 1;
    }
    for (const segment of segments) this.#countSegment(segment);
  }

  #countSegment(segment: string): void {
    if (this.#recent.has(segment)) return;
    this.#segments += 1;
    this.#recent.add(segment);
    if (this.#recent.size <= rememberedSegments) return;
    for (const oldest of this.#recent) {
      this.#recent.delete(oldest);
      return;
    }
  }
}
