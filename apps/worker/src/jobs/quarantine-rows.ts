import { randomBytes } from "node:crypto";
import type { QuarantineRow } from "@tapline/adapters/prisma";
import { sealWithProcessKey } from "@tapline/core/encryption";
import type { TapVerdict } from "@tapline/core/validation";
import type { LoadedTap } from "./segment-loader.ts";

/** What quarantine keeps of a segment: its refused taps, sealed under the process key. */
export function quarantineRows(
  taps: readonly LoadedTap[],
  verdicts: readonly TapVerdict[],
  processKey: Uint8Array,
): QuarantineRow[] {
  return taps.flatMap(({ buffered, digest }, i) => {
    const verdict = verdicts[i];
    if (verdict?.is !== "rejected") return [];
    return {
      agent: buffered.agent,
      epoch: buffered.epoch,
      seq: buffered.seq,
      reason: verdict.reason,
      detail: verdict.detail,
      digest,
      sealedPayload: sealWithProcessKey(buffered.payload, processKey, randomBytes),
      reader: buffered.reader,
      readAtEpochMs: buffered.readAtEpochMs,
      rulesVersion: verdict.rules,
    };
  });
}
