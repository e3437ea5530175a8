import type { SegmentEnd } from "@tapline/adapters/prisma";
import { type TelemetryDelta, TelemetryRecorder } from "@tapline/core/telemetry";
import type { TapVerdict } from "@tapline/core/validation";
import type { LoadedTap } from "./segment-loader.ts";

/**
 * What the end counts as, by agent and reader. A refused tap that lay in quarantine before was sent again: it is not counted twice.
 * @param counts.quarantined taps that are new there; null where that is not known
 * @param counts.spent agents whose quota of refused taps it has spent
 */
export function endedDelta(
  taps: readonly LoadedTap[],
  verdicts: readonly TapVerdict[],
  end: SegmentEnd,
  { quarantined, spent }: { readonly quarantined: number | null; readonly spent: number },
  nowEpochMs: number,
): TelemetryDelta | null {
  const telemetry = new TelemetryRecorder("transfer");
  if (end.segment !== null) {
    telemetry.count("segment.archived");
    telemetry.count("archive.bytes", end.segment.objectBytes);
  }
  telemetry.count("agent.quota_spent", spent);
  let fresh = quarantined ?? Number.POSITIVE_INFINITY;
  for (const [i, { buffered }] of taps.entries()) {
    const { agent, reader, ingestedAtEpochMs } = buffered;
    const verdict = verdicts[i];
    if (verdict?.is === "accepted") {
      telemetry.countOfReader("tap.archived", agent, reader);
      telemetry.timeOfAgent("tap.to_archive_ms", agent, Math.max(0, nowEpochMs - ingestedAtEpochMs));
    } else if (verdict?.is === "rejected" && fresh-- > 0) telemetry.reject(verdict.reason, agent, reader);
    else if (verdict?.is === "duplicate") telemetry.countOfReader("tap.duplicate", agent, reader);
    else telemetry.count("tap.redelivered");
  }
  return telemetry.take(nowEpochMs);
}
