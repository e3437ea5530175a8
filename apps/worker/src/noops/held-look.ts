import { messageOf } from "@tapline/core/kernel";
import type { Verdict } from "@tapline/core/noops";
import { type HeldParts, whyUnheld } from "../jobs/assert-held.ts";

/** It goes through all that is in the buffer; whoever flushes looks again, with the door barred. */
const everyMs = 10_000;

/** Tells guards whether a flush that rules want would lose taps. */
export class HeldLook {
  readonly #parts: HeldParts;
  #told: { readonly atMs: number; readonly why: string | null } = {
    atMs: Number.NEGATIVE_INFINITY,
    why: null,
  };

  constructor(parts: HeldParts) {
    this.#parts = parts;
  }

  /** Whose taps would be lost, in words; null where none would, or no rule wants a flush. Looked at once in 10 s. */
  async why(verdicts: readonly Verdict[]): Promise<string | null> {
    const acts = verdicts.map(({ planned }) => planned?.act);
    const spans = acts.flatMap((act) => (act?.kind === "flush-buffer" ? [act.heardWithinMs] : []));
    if (spans.length === 0) return null;
    if (performance.now() - this.#told.atMs < everyMs) return this.#told.why;
    const why = await whyUnheld(this.#parts, Math.min(...spans)).catch(
      (error: unknown) => `who holds what is in the buffer cannot be known now: ${messageOf(error)}`,
    );
    this.#told = { atMs: performance.now(), why };
    return why;
  }
}
