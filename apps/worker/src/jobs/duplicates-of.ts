import { type DuplicateRun, duplicateRuns } from "@tapline/core/transfer";
import type { TapVerdict } from "@tapline/core/validation";
import type { LoadedTap } from "./segment-loader.ts";

/** The duplicates of a segment as the index keeps them. */
export function duplicatesOf(taps: readonly LoadedTap[], verdicts: readonly TapVerdict[]): DuplicateRun[] {
  return duplicateRuns(
    taps.flatMap(({ buffered: { agent, epoch, seq } }, i) => {
      const verdict = verdicts[i];
      return verdict?.is === "duplicate" ? { agent, epoch, seq, heldBy: verdict.segment } : [];
    }),
  );
}
