import type { SegmentEnd } from "@tapline/adapters/prisma";
import { type TelemetryDelta, TelemetryRecorder } from "@tapline/core/telemetry";
import type { TapVerdict } from "@tapline/core/validation";
import type { LoadedTap } from "./segment-loader.ts";

/** How taps of one agent have ended: by reader, and by how long they were on their way, ms. */
type Ended = {
  readonly archived: Map<string, number>;
  readonly duplicates: Map<string, number>;
  readonly tookMs: Map<number, number>;
};

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
  const agents = new Map<string, Ended>();
  for (const [i, { buffered }] of taps.entries()) {
    const { agent, reader, ingestedAtEpochMs } = buffered;
    const verdict = verdicts[i];
    if (verdict?.is === "accepted") {
      const { archived, tookMs } = endedOf(agents, agent);
      addOne(archived, reader);
      addOne(tookMs, Math.max(0, nowEpochMs - ingestedAtEpochMs));
    } else if (verdict?.is === "rejected" && fresh-- > 0) telemetry.reject(verdict.reason, agent, reader);
    else if (verdict?.is === "duplicate") addOne(endedOf(agents, agent).duplicates, reader);
    else telemetry.count("tap.redelivered");
  }
  for (const [agent, { archived, duplicates, tookMs }] of agents) {
    for (const [reader, by] of archived) telemetry.countOfReader("tap.archived", agent, reader, by);
    for (const [reader, by] of duplicates) telemetry.countOfReader("tap.duplicate", agent, reader, by);
    for (const [ms, times] of tookMs) telemetry.timeOfAgent("tap.to_archive_ms", agent, ms, times);
  }
  return telemetry.take(nowEpochMs);
}

function endedOf(agents: Map<string, Ended>, agent: string): Ended {
  let ended = agents.get(agent);
  if (ended === undefined) {
    ended = { archived: new Map(), duplicates: new Map(), tookMs: new Map() };
    agents.set(agent, ended);
  }
  return ended;
}

function addOne<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
