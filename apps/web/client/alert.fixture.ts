import type { Alert } from "@tapline/core/alerts";

/** An active, unacknowledged warning, apart from what is given. For tests. */
export function alert(id: string, given: Partial<Alert> = {}): Alert {
  return {
    ...{ id, ruleId: "backlog-old", release: "ab".repeat(32), scope: {}, scopeKey: "" },
    ...{ severity: "warning", message: "The oldest tap waits for 90 s (limit 60 s)" },
    ...{ state: "active-unacknowledged", rev: 1, active: true, unacknowledged: true },
    ...{ value: 90_000, limit: 60_000, peakValue: 90_000, unit: "ms", group: null, firstOut: false },
    ...{
      occurrences: 1,
      raisedRev: 1,
      openedAtEpochMs: 1,
      breachedAtEpochMs: 1,
      raisedAtEpochMs: 1,
      changedAtEpochMs: 1,
    },
    ...{ returnedAtEpochMs: null, acknowledgedAtEpochMs: null, closedAtEpochMs: null },
    ...{ shelf: null, suppressedBy: null, outOfServiceSinceEpochMs: null, lastAct: null },
    ...given,
  };
}
