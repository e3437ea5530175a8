/** What comes together after quiet is gathered for so long, so that it leaves as one, ms. */
const gatherMs = 5;
/** Reports are so far apart while more and more comes, ms: at most 20 a second. */
const coalesceMs = 50;

/**
 * When what was counted now is to be reported, ms from now. What is urgent leaves at once, but for 5 ms after another report,
 * so that a storm of faults does not become one of reports.
 * @param sinceReportMs how long ago the last report left
 */
export function delayUntilReport(sinceReportMs: number, isUrgent: boolean): number {
  if (isUrgent) return Math.max(0, gatherMs - sinceReportMs);
  return Math.max(gatherMs, coalesceMs - sinceReportMs);
}
