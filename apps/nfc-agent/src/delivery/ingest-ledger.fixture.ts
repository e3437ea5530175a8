import { setTimeout as sleep } from "node:timers/promises";
import type { Verdict } from "@tapline/core/tap";

const archivedIn = "01900000-0000-7000-8000-000000000000";

/** What both doors of the test server share: a server that archives all it takes, unless told otherwise. */
export class IngestLedger {
  generation = "g1";
  epoch = 0;
  /** The end of a tap, by number; `null` for none yet. */
  verdictOf: (seq: number) => Verdict | null = (seq) => ({ seq, verdict: "archived", segment: archivedIn });
  /** Payloads by number, in base64. The same number with other bytes is a fault of the agent. */
  readonly payloads = new Map<number, string>();
  /** Numbers as they came, each the first time. */
  readonly order: number[] = [];
  readonly conflicts: number[] = [];
  #log: Verdict[] = [];
  #wake: (() => void)[] = [];

  /** Numbers that came out of their order, repeats apart. */
  get disorder(): number[] {
    let highest = 0;
    return this.order.filter((seq) => {
      const late = seq < highest;
      highest = Math.max(highest, seq);
      return late;
    });
  }

  take(epoch: number, seq: number, payload: string): void {
    this.epoch = epoch;
    const known = this.payloads.get(seq);
    if (known === undefined) this.order.push(seq);
    else if (known !== payload) this.conflicts.push(seq);
    this.payloads.set(seq, payload);
    const verdict = this.verdictOf(seq);
    if (verdict !== null) this.tell(verdict);
  }

  /** Ends become known. */
  tell(...verdicts: Verdict[]): void {
    this.#log.push(...verdicts);
    this.#notify();
  }

  /** Loses everything that was taken, as a wiped Redis does. */
  lose(generation: string): void {
    this.generation = generation;
    this.#log = [];
    this.#notify();
  }

  /** Ends after `cursor`, as they are. */
  after(cursor: number): { next: number; verdicts: Verdict[] } {
    return { next: this.#log.length, verdicts: this.#log.slice(cursor) };
  }

  /** Resolves when something was told or lost, or after `ms`. */
  async news(ms: number): Promise<void> {
    const done = new AbortController();
    await Promise.race([
      new Promise<void>((resolve) => this.#wake.push(resolve)),
      sleep(ms, undefined, { signal: done.signal, ref: false }).catch(() => {}),
    ]);
    done.abort();
  }

  #notify(): void {
    for (const resolve of this.#wake.splice(0)) resolve();
  }
}
