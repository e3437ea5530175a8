import type { VerdictHint } from "@tapline/adapters/redis";
import type { TapVerdict } from "@tapline/core/validation";
import type { LoadedTap } from "./segment-loader.ts";

/**
 * What the agents of a segment are told before it is archived: one hint for each agent and epoch. A tap that was taken
 * before is told as accepted; one that is on its way elsewhere was told there.
 */
export function verdictHintsOf(
  taps: readonly Pick<LoadedTap, "buffered">[],
  verdicts: readonly TapVerdict[],
): Map<string, VerdictHint[]> {
  const hints = new Map<string, VerdictHint[]>();
  for (const [i, { buffered }] of taps.entries()) {
    const verdict = verdicts[i];
    if (verdict === undefined || verdict.is === "redelivered") continue;
    const { agent, epoch, seq } = buffered;
    const told = hints.get(agent) ?? [];
    hints.set(agent, told);
    let hint = told.find((other) => other.epoch === epoch);
    if (hint === undefined) {
      hint = { epoch, accepted: [], duplicate: [], rejected: [] };
      told.push(hint);
    }
    if (verdict.is === "rejected")
      hint.rejected.push({ seq, reason: verdict.reason, detail: verdict.detail });
    else hint[verdict.is === "duplicate" ? "duplicate" : "accepted"].push(seq);
  }
  return hints;
}
