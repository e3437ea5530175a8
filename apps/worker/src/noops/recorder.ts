import type { ActEnd, NoopsLog } from "@tapline/adapters/prisma/noops";
import { type Decision, gistOf } from "@tapline/core/noops";

/** How an act ends that nobody does any more. */
export const leftBehind: ActEnd = {
  is: "failed",
  error:
    "its process ended, lost the lease or could not write while it acted: what runs says how far it came",
  before: null,
};

/** The same again is counted in its row for so long after it was last decided, though something else came in between. */
const countedWithinMs = 10 * 60_000;
/** So often a row is written although nothing is new. */
const writtenEveryMs = 30_000;

type Kept = { readonly decision: Decision; readonly writtenAtEpochMs: number };

type Place = Pick<Decision, "ruleId" | "target">;

/**
 * Keeps the flight recorder small: what is decided again and again is one row that counts, with the evidence of its last time. That is
 * written every half minute, and once more where a rule comes to something else: it is what there was to see just before.
 */
export class Recorder {
  readonly #log: Pick<NoopsLog, "add" | "again">;
  readonly #kept = new Map<string, Kept>();
  /** Of each rule and target, what it was last. */
  readonly #last = new Map<string, string>();

  /** @param before decisions of before this life, such as another process made */
  constructor(log: Pick<NoopsLog, "add" | "again">, before: readonly Decision[]) {
    this.#log = log;
    for (const decision of before)
      this.#kept.set(gistOf(decision), { decision, writtenAtEpochMs: decision.lastAtEpochMs });
  }

  /** @returns whether it is a row of its own */
  async record(draft: Decision, fence: number): Promise<boolean> {
    const { atEpochMs } = draft;
    const gist = gistOf(draft);
    const kept = this.#kept.get(gist);
    const isOther = this.#last.get(placeOf(draft)) !== gist;
    if (isOther) await this.settle(draft, fence);
    this.#last.set(placeOf(draft), gist);
    if (kept === undefined || atEpochMs - kept.decision.lastAtEpochMs > countedWithinMs) {
      await this.#log.add(draft, fence);
      this.#kept.set(gist, { decision: draft, writtenAtEpochMs: atEpochMs });
      this.#forget(atEpochMs);
      return true;
    }
    const { id, times } = kept.decision;
    const again = { ...draft, id, atEpochMs: kept.decision.atEpochMs, times: times + 1 };
    const isDue = isOther || atEpochMs - kept.writtenAtEpochMs >= writtenEveryMs;
    if (isDue) await this.#log.again(again, fence);
    this.#kept.set(gist, { decision: again, writtenAtEpochMs: isDue ? atEpochMs : kept.writtenAtEpochMs });
    return false;
  }

  /** Writes what a rule last came to for a target, as it was the last time: it comes to something else now. @throws where the lease is over */
  async settle(place: Place, fence: number): Promise<void> {
    const gist = this.#last.get(placeOf(place));
    if (gist !== undefined) await this.#write(gist, fence);
    this.#last.delete(placeOf(place));
  }

  /** The same of all: nothing more is decided. @throws where the lease is over */
  async settleAll(fence: number): Promise<void> {
    for (const gist of this.#last.values()) await this.#write(gist, fence);
    this.#last.clear();
  }

  async #write(gist: string, fence: number): Promise<void> {
    const kept = this.#kept.get(gist);
    if (kept !== undefined && kept.writtenAtEpochMs !== kept.decision.lastAtEpochMs)
      await this.#log.again(kept.decision, fence);
  }

  #forget(nowEpochMs: number): void {
    if (this.#kept.size < 10_000) return;
    for (const [gist, { decision }] of this.#kept)
      if (nowEpochMs - decision.lastAtEpochMs > countedWithinMs) this.#kept.delete(gist);
    // Replicas come and go under new names.
    for (const [place, gist] of this.#last) if (!this.#kept.has(gist)) this.#last.delete(place);
  }
}

const placeOf = ({ ruleId, target }: Place): string => `${ruleId} ${target}`;
