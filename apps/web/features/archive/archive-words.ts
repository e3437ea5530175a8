import { ago as agoOf } from "../../client/ago.ts";
import { formatRate, formatSpan, unknown } from "../../client/format.ts";
import type {
  ArchiveOverview,
  OpenSegmentView,
  SegmentShow,
  SegmentView,
  TargetView,
} from "../../contracts/archive.ts";
import * as strings from "../../strings/generated/archive/archive-words.ts";

export const showNames: Record<SegmentShow, string> = {
  ...{ all: strings.all, whole: strings.whole, lacking: strings.lacking, expired: strings.expired },
};

export const stageNames: Record<OpenSegmentView["stage"], string> = {
  ...{ validation: strings.validation, encryption: strings.encryption, transfer: strings.transfer },
};

/** A copy that is late for so long calls for somebody: a slower archive takes seconds, ms. */
const lateAfterMs = 10 * 60_000;

/** A segment by the part of its id that tells it from others at a glance. */
export const shortId = (id: string): string => `${id.slice(0, 8)}…${id.slice(-6)}`;

export const ago = (epochMs: number | null, nowEpochMs: number): string =>
  epochMs === null ? strings.never : agoOf(epochMs, nowEpochMs);

/** How a segment lies in the archives, and whether that calls for somebody. */
export function segmentStanding(
  {
    expiredAtEpochMs,
    archivedAtEpochMs,
    targets,
    lacking,
  }: Pick<SegmentView, "expiredAtEpochMs" | "archivedAtEpochMs" | "targets" | "lacking">,
  nowEpochMs: number,
): { words: string; isCalling: boolean } {
  if (expiredAtEpochMs !== null) return { words: strings.removedItsTimeWasOver, isCalling: false };
  if (lacking.length > 0) {
    const isLate = nowEpochMs - archivedAtEpochMs > lateAfterMs;
    return {
      words: strings.isLateInLacking({
        isLate: isLate ? strings.lacking : strings.notYet,
        lacking: lacking.join(", "),
      }),
      isCalling: isLate,
    };
  }
  if (targets.length === 0) return { words: strings.inNoArchive, isCalling: true };
  return { words: strings.inTargets({ targets: targets.join(", ") }), isCalling: false };
}

/** How an archive stands, and whether that calls for somebody. */
export function targetStanding(
  { away, waiting, oldestWaitingEpochMs, lastDrill }: TargetView,
  nowEpochMs: number,
): { words: string; isCalling: boolean } {
  if (away !== null) {
    const forSpan = strings.forSpan({ span: formatSpan(nowEpochMs - away.sinceEpochMs) });
    const words =
      away.why === "misconfigured" ? strings.refusesUsForSpan({ forSpan }) : strings.awayForSpan({ forSpan });
    return { words, isCalling: true };
  }
  if (lastDrill?.outcome === "failed") return { words: strings.itsLastRestoreDrillFailed, isCalling: true };
  if (waiting > 0) {
    const isLate = oldestWaitingEpochMs !== null && nowEpochMs - oldestWaitingEpochMs > lateAfterMs;
    return { words: strings.behind, isCalling: isLate };
  }
  return { words: strings.works, isCalling: false };
}

/** Whether enough archives can be used, and how many more may fail. */
export function quorumStanding({ rule, targets }: ArchiveOverview): { words: string; isCalling: boolean } {
  if (rule === null) return { words: strings.noWorkerHasSaidYet, isCalling: false };
  const usable = targets.filter(({ away }) => away === null).length;
  const free = usable - rule.quorum;
  const needs = strings.aSegmentCountsOnceQuorum({ quorum: rule.quorum, targets: targets.length });
  if (free < 0) return { words: strings.needsUsableCanBeUsed({ needs, usable }), isCalling: true };
  return {
    words: strings.needsUsableCanBeUsed2({ needs, usable, free: free === 0 ? "none" : free }),
    isCalling: free === 0 && targets.length > rule.quorum,
  };
}

/** A rate of bytes in the largest unit that fits. */
export function formatByteRate(bytesPerSecond: number | null): string {
  if (bytesPerSecond === null) return unknown;
  const units = ["B/s", "KiB/s", "MiB/s", "GiB/s"];
  const power = Math.min(Math.floor(Math.log2(Math.max(1, bytesPerSecond)) / 10), units.length - 1);
  return `${formatRate(bytesPerSecond / 1024 ** power)} ${units[power]}`;
}

/** A share of 1 in percent; one that is not nothing is not shown as nothing. */
export function formatRatio(ratio: number | null): string {
  if (ratio === null) return unknown;
  return ratio > 0 && ratio < 0.001 ? "< 0.1 %" : `${formatRate(100 * ratio)} %`;
}
