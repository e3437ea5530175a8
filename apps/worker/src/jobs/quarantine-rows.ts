import { randomBytes } from "node:crypto";
import type { QuarantineRow } from "@tapline/adapters/prisma";
import { sealWithProcessKey } from "@tapline/core/encryption/process-key";
import { isKeptWhole, type TapVerdict } from "@tapline/core/validation";
import type { LoadedTap } from "./segment-loader.ts";

/**
 * What quarantine keeps of a segment: its refused taps, sealed under the process key.
 * @param over agents whose quota was spent before: of their larger taps the digest alone is kept, and nothing is sealed
 */
export function quarantineRows(
  taps: readonly LoadedTap[],
  verdicts: readonly TapVerdict[],
  processKey: Uint8Array,
  over: readonly string[],
): QuarantineRow[] {
  return taps.flatMap(({ buffered, digest }, i) => {
    const verdict = verdicts[i];
    if (verdict?.is !== "rejected") return [];
    const isWhole = !over.includes(buffered.agent) || isKeptWhole(buffered.payload.length);
    return {
      agent: buffered.agent,
      epoch: buffered.epoch,
      seq: buffered.seq,
      reason: verdict.reason,
      detail: verdict.detail,
      digest,
      sealedPayload: isWhole
        ? sealWithProcessKey(buffered.payload, processKey, randomBytes)
        : Buffer.alloc(0),
      reader: buffered.reader,
      readAtEpochMs: buffered.readAtEpochMs,
      rulesVersion: verdict.rules,
    };
  });
}
