import { type AckLevel, reaches } from "@tapline/core/tap";
import type { TapProgress } from "../events.ts";
import type { Settled } from "../outbox/index.ts";
import type { Hints, LinkReceipt } from "./link.ts";

/** What an answer means for taps: those that may leave the outbox, and the steps to tell. */
export type Steps = {
  ends: Settled[];
  /** Taps that the server will not hand back, so that they need not be sent again, though they stay. */
  kept: number[];
  segments: Set<string>;
  taps: TapProgress[];
};

const nothing = { reason: null, detail: "", segment: null } as const;

/**
 * Receipts: a tap leaves the outbox at the configured rung of the ladder, and never before it is archived; one that was
 * rejected has nothing more to wait for.
 */
export function stepsOfReceipts(receipts: readonly LinkReceipt[], epoch: number, releaseAt: AckLevel): Steps {
  const steps: Steps = { ends: [], kept: [], segments: new Set(), taps: [] };
  for (const receipt of receipts) {
    if (receipt.epoch !== epoch) continue;
    for (const end of receipt.verdicts) {
      const { seq } = end;
      if (end.verdict === "rejected") {
        const { reason, detail } = end;
        steps.ends.push({ seq, outcome: "rejected" });
        steps.taps.push({ seq, status: "refused", final: true, reason, detail, segment: null });
        continue;
      }
      if (!reaches(receipt.level, "archived")) continue;
      const { segment } = end;
      const final = reaches(receipt.level, releaseAt);
      if (end.verdict === "archived") steps.segments.add(end.segment);
      if (final) steps.ends.push({ seq, outcome: end.verdict });
      else steps.kept.push(seq);
      steps.taps.push({ ...nothing, seq, status: end.verdict, final, segment });
    }
  }
  return steps;
}

/** Hints of validation, for the person at the reader: nothing ends by them. */
export function progressOfHints(hints: Hints): TapProgress[] {
  return [
    ...hints.accepted.map((seq) => ({ ...nothing, seq, status: "accepted" as const, final: false })),
    ...hints.duplicate.map((seq) => ({ ...nothing, seq, status: "duplicate" as const, final: false })),
    ...hints.rejected.map(({ seq, reason, detail }) => ({
      ...{ seq, status: "refused" as const, final: false, segment: null },
      ...{ reason, detail },
    })),
  ];
}

/** Taps that a server holds: `final` where they may leave the outbox by that alone. */
export function progressOfDurable(seqs: readonly number[], final: boolean): TapProgress[] {
  return seqs.map((seq) => ({ ...nothing, seq, status: "durable", final }));
}
