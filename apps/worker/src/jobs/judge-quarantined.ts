import type { QuarantinedRow } from "@tapline/adapters/prisma";
import { openWithProcessKey } from "@tapline/core/encryption/process-key";
import { hasCode } from "@tapline/core/kernel";
import {
  checkSignature,
  type KnownTracker,
  openTap,
  type TapFacts,
  type ValidationRules,
} from "@tapline/core/validation";

/** What is needed to judge refused taps anew. `keys`: process keys, 32 bytes each, the present one first. */
export type JudgeParts = {
  readonly keys: readonly Buffer[];
  readonly findTrackers: (ids: readonly string[]) => Promise<ReadonlyMap<string, KnownTracker>>;
};

/** `sealed`: under a key that is not there; `unkept`: its digest alone was kept; else what the rules say of it now. */
export type Judged =
  | { readonly is: "passes"; readonly tap: TapFacts; readonly payload: Buffer }
  | { readonly is: "refused"; readonly reason: string }
  | { readonly is: "sealed" | "unkept" };

/**
 * Judges refused taps by `rules` and by the registry of today, in order. What hangs on their trackers' other taps is left out:
 * sequence, and the bound per tracker.
 */
export async function judgeQuarantined(
  rows: readonly QuarantinedRow[],
  rules: ValidationRules,
  { keys, findTrackers }: JudgeParts,
): Promise<Judged[]> {
  const opened = rows.map((row) => {
    const payload = openPayload(row.sealedPayload, keys);
    return payload === null ? null : { payload, tap: openTap(payload, row.readAtEpochMs, rules) };
  });
  const signers = opened.flatMap((one) => (one?.tap.ok ? one.tap.tap.trackerId : []));
  const trackers = await findTrackers([...new Set(signers)]);
  return await Promise.all(
    opened.map(async (one, i): Promise<Judged> => {
      if (one === null) return { is: rows[i]?.sealedPayload.length === 0 ? "unkept" : "sealed" };
      const { payload, tap } = one;
      const checked = tap.ok ? await checkSignature(tap, trackers.get(tap.tap.trackerId)) : tap;
      if (checked.ok) return { is: "passes", tap: checked.tap, payload };
      return { is: "refused", reason: checked.reason };
    }),
  );
}

/** The raw tap; null where none of the keys opens it. */
export function openPayload(sealed: Uint8Array, keys: readonly Buffer[]): Buffer | null {
  for (const key of keys) {
    try {
      return openWithProcessKey(sealed, key);
    } catch (error) {
      if (!hasCode(error, "corrupt")) throw error;
    }
  }
  return null;
}
