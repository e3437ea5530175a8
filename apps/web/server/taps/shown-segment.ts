import type { FoundSegment } from "@tapline/adapters/prisma";
import { objectPaths } from "@tapline/core/transfer";
import type { TapSegment, TapStep, TapTrace } from "../../contracts/taps.ts";

/** @param own of a segment that other sites' taps lie in, too: the agents of whom is told, and of no others; left out: all */
export function shownSegment({ entry, ...segment }: FoundSegment, own?: readonly string[]): TapSegment {
  const {
    firstReadAtEpochMs: _first,
    lastReadAtEpochMs: _last,
    archivedAtEpochMs: _archived,
    ...shown
  } = segment;
  return {
    ...shown,
    ...(own === undefined ? {} : { taps: null, objectBytes: null }),
    ...{ copies: [...shown.copies], keys: [...shown.keys] },
    trackers: own === undefined ? [...shown.trackers] : [],
    agents: shown.agents.filter(({ id }) => own === undefined || own.includes(id)),
    manifestPath: objectPaths(segment.id).manifest,
    entry: entry === null ? null : { id: entry.id, index: entry.index, isWitnessed: entry.isWitnessed },
  };
}

/** Between which times a segment's taps were read and taken is said of the taps of others, too. */
export const stepsOfShared = (steps: readonly TapStep[]): TapStep[] =>
  steps.map((one) =>
    one.step === "read" || one.step === "taken"
      ? { ...one, is: "not-kept", atEpochMs: null, untilEpochMs: null }
      : one,
  );

/** The tap of a segment that has one alone. */
export function trackerIn({ trackers, taps }: FoundSegment): TapTrace["tracker"] {
  const [first] = trackers;
  if (taps !== 1 || first === undefined) return null;
  return { id: first.id, epoch: first.epoch, seq: first.firstSeq, digest: null };
}
