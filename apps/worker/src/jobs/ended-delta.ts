import type { SegmentEnd } from "@tapline/adapters/prisma";
import { Tally, type TelemetryDelta, TelemetryRecorder } from "@tapline/core/telemetry";
import type { TapVerdict } from "@tapline/core/validation";
import type { LoadedTap } from "./segment-loader.ts";

/** How taps of one agent have ended: by reader, and by how long they were on their way, ms. */
type Ended = {
  readonly agent: string;
  readonly archived: Tally<string>;
  readonly duplicates: Tally<string>;
  readonly tookMs: Tally<number>;
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
  const agents = new EndedByAgent();
  for (const [i, { buffered }] of taps.entries()) {
    const { agent, reader, ingestedAtEpochMs } = buffered;
    const verdict = verdicts[i];
    if (verdict?.is === "accepted") {
      const ended = agents.of(agent);
      ended.archived.add(reader);
      ended.tookMs.add(Math.max(0, nowEpochMs - ingestedAtEpochMs));
    } else if (verdict?.is === "rejected" && fresh-- > 0) telemetry.reject(verdict.reason, agent, reader);
    else if (verdict?.is === "duplicate") agents.of(agent).duplicates.add(reader);
    else telemetry.count("tap.redelivered");
  }
  for (const { agent, archived, duplicates, tookMs } of agents.all()) {
    for (const { key, times } of archived.counts())
      telemetry.countOfReader("tap.archived", agent, key, times);
    for (const { key, times } of duplicates.counts())
      telemetry.countOfReader("tap.duplicate", agent, key, times);
    for (const { key, times } of tookMs.counts())
      telemetry.timeOfAgent("tap.to_archive_ms", agent, key, times);
  }
  return telemetry.take(nowEpochMs);
}

class EndedByAgent {
  readonly #agents = new Map<string, Ended>();
  /** Taps of one agent come in runs. */
  #last: Ended | null = null;

  of(agent: string): Ended {
    if (this.#last?.agent !== agent) this.#last = this.#agents.get(agent) ?? this.#begin(agent);
    return this.#last;
  }

  all(): Iterable<Ended> {
    return this.#agents.values();
  }

  #begin(agent: string): Ended {
    const ended = {
      agent,
      archived: new Tally<string>(),
      duplicates: new Tally<string>(),
      tookMs: new Tally<number>(),
    };
    this.#agents.set(agent, ended);
    return ended;
  }
}
