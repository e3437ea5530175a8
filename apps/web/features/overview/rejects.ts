import type { KpiLive } from "@tapline/core/kpi";
import type { RejectReason } from "@tapline/core/tap";
import { reasonLabels } from "../../client/reason-labels.ts";

/** Rejects of one reason. */
export interface RejectRow {
  reason: RejectReason;
  label: string;
  count: number;
  /** Of the most frequent reason, 0-1: the length of its bar. */
  share: number;
}

/** Rejects by reason, the most frequent first; at equal counts by name, so that rows do not dance. */
export function rejectRows(rejects: NonNullable<KpiLive["rejects"]>): RejectRow[] {
  const counted = (Object.entries(rejects) as [RejectReason, number][]).filter(([, count]) => count > 0);
  const most = Math.max(1, ...counted.map(([, count]) => count));
  return counted
    .toSorted(([a, n], [b, m]) => m - n || a.localeCompare(b))
    .map(([reason, count]) => ({ reason, label: reasonLabels[reason], count, share: count / most }));
}

/** `null` where it is not known what was refused. */
export function rejectTotal(rejects: KpiLive["rejects"]): number | null {
  return rejects === null ? null : Object.values(rejects).reduce((total, count) => total + count, 0);
}
