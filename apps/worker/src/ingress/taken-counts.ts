import type { BufferedTap } from "@tapline/core/buffer";
import { Tally, type TelemetryRecorder } from "@tapline/core/telemetry";

/** Whoever answers agents tells this of each delivery, once. */
export type DeliveryHooks = {
  /**
   * A delivery was answered.
   * @param good its taps that are durable now @param refused how many were not taken for what they are
   * @param acceptMs from its last byte to the answer
   */
  readonly onTaken: (agent: string, good: readonly BufferedTap[], refused: number, acceptMs: number) => void;
  /** Taps could not be taken for a reason of ours. */
  readonly onTurnedAway: (agent: string, taps: number) => void;
};

/** A delivery that waits for longer was not taken when it was offered, ms. */
const takenWithinMs = 5_000;

/** Counts deliveries by agent and reader. */
export function countDeliveries(telemetry: TelemetryRecorder): DeliveryHooks {
  return {
    onTaken: (agent, good, refused, acceptMs) => {
      const taken = new Tally<string>();
      for (const { reader } of good) taken.add(reader);
      for (const { key, times } of taken.counts()) telemetry.countOfReader("tap.ingested", agent, key, times);
      telemetry.countOfAgent("tap.refused_at_door", agent, refused);
      if (acceptMs > takenWithinMs) telemetry.countOfAgent("tap.taken_late", agent, good.length);
      telemetry.time("ingest.accept_ms", acceptMs);
    },
    onTurnedAway: (agent, taps) => telemetry.countOfAgent("tap.turned_away", agent, taps),
  };
}
