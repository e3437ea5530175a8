import { formatRate, formatSpan, unknown } from "../../client/format.ts";
import type {
  ArchiveOverview,
  OpenSegmentView,
  SegmentShow,
  SegmentView,
  TargetView,
} from "../../contracts/archive.ts";

export const showNames: Record<SegmentShow, string> = {
  ...{ all: "All", whole: "Whole", lacking: "Lacking", expired: "Expired" },
};

export const stageNames: Record<OpenSegmentView["stage"], string> = {
  ...{ validation: "Validation", encryption: "Encryption", transfer: "Transfer" },
};

/** A copy that is late for so long calls for somebody: a slower archive takes seconds, ms. */
const lateAfterMs = 10 * 60_000;

/** A segment by the part of its id that tells it from others at a glance. */
export const shortId = (id: string): string => `${id.slice(0, 8)}…${id.slice(-6)}`;

export const ago = (epochMs: number | null, nowEpochMs: number): string =>
  epochMs === null ? "never" : `${formatSpan(nowEpochMs - epochMs)} ago`;

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
  if (expiredAtEpochMs !== null) return { words: "Removed: its time was over", isCalling: false };
  if (lacking.length > 0) {
    const isLate = nowEpochMs - archivedAtEpochMs > lateAfterMs;
    return { words: `${isLate ? "Lacking" : "Not yet"} in ${lacking.join(", ")}`, isCalling: isLate };
  }
  if (targets.length === 0) return { words: "In no archive", isCalling: true };
  return { words: `In ${targets.join(", ")}`, isCalling: false };
}

/** How an archive stands, and whether that calls for somebody. */
export function targetStanding(
  { away, waiting, oldestWaitingEpochMs, lastDrill }: TargetView,
  nowEpochMs: number,
): { words: string; isCalling: boolean } {
  if (away !== null) {
    const forSpan = `for ${formatSpan(nowEpochMs - away.sinceEpochMs)}`;
    const words = away.why === "misconfigured" ? `Refuses us ${forSpan}` : `Away ${forSpan}`;
    return { words, isCalling: true };
  }
  if (lastDrill?.outcome === "failed") return { words: "Its last restore drill failed", isCalling: true };
  if (waiting > 0) {
    const isLate = oldestWaitingEpochMs !== null && nowEpochMs - oldestWaitingEpochMs > lateAfterMs;
    return { words: "Behind", isCalling: isLate };
  }
  return { words: "Works", isCalling: false };
}

/** Whether enough archives can be used, and how many more may fail. */
export function quorumStanding({ rule, targets }: ArchiveOverview): { words: string; isCalling: boolean } {
  if (rule === null)
    return { words: "No worker has said yet which archives its settings name.", isCalling: false };
  const usable = targets.filter(({ away }) => away === null).length;
  const free = usable - rule.quorum;
  const needs = `A segment counts once ${rule.quorum} of ${targets.length} hold it`;
  if (free < 0) return { words: `${needs}; ${usable} can be used: nothing is archived now`, isCalling: true };
  return {
    words: `${needs}; ${usable} can be used, ${free === 0 ? "none" : free} may fail`,
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
