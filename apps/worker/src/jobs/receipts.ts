import type { AddressedReceipt } from "@tapline/adapters/redis";
import type { Verdict } from "@tapline/core/tap";
import type { TapVerdict } from "@tapline/core/validation";
import type { LoadedTap } from "./segment-loader.ts";

/**
 * The receipts of a segment that has ended: one per agent, epoch and segment waited for. The agent of a duplicate
 * may forget its copy only once the other copy is archived too, so its receipt waits for that segment.
 */
export function receiptsOf(
  segment: string,
  taps: readonly Pick<LoadedTap, "buffered">[],
  verdicts: readonly TapVerdict[],
  atEpochMs: number,
): AddressedReceipt[] {
  const receipts = new Map<string, AddressedReceipt & { receipt: { verdicts: Verdict[] } }>();
  for (const [i, { buffered }] of taps.entries()) {
    const verdict = verdicts[i];
    const told = verdict === undefined ? null : toldOf(buffered.seq, segment, verdict);
    if (told === null || verdict === undefined) continue;
    const waitsFor = verdict.is === "duplicate" && verdict.segment !== segment ? verdict.segment : null;
    const key = `${buffered.agent}/${buffered.epoch}/${waitsFor ?? ""}`;
    let addressed = receipts.get(key);
    if (addressed === undefined) {
      const receipt = { epoch: buffered.epoch, level: "archived" as const, atEpochMs, verdicts: [] };
      addressed = { agent: buffered.agent, waitsFor, receipt };
      receipts.set(key, addressed);
    }
    addressed.receipt.verdicts.push(told);
  }
  return [...receipts.values()];
}

/** What an agent is told; null where the segment that holds the first copy will tell it. */
function toldOf(seq: number, segment: string, verdict: TapVerdict): Verdict | null {
  switch (verdict.is) {
    case "accepted":
      return { seq, verdict: "archived", segment };
    case "archived":
      return { seq, verdict: "archived", segment: verdict.segment };
    case "duplicate":
      return { seq, verdict: "duplicate", segment: verdict.segment };
    case "rejected":
      return { seq, verdict: "rejected", reason: verdict.reason, detail: verdict.detail };
    case "redelivered":
      return null;
  }
}
