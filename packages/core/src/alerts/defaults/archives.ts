import { hourMs, minuteMs, type ShippedRule } from "./shipped-rule.ts";

/** An archive counts as away after a minute: what comes of that waits longer, or it would call just before its cause is known. */
const longerThanAwayMs = 2 * minuteMs;

/** Shipped rules on the archives. */
export const archiveRules: readonly ShippedRule[] = [
  {
    id: "archive-away",
    kpi: "archive.away_ms",
    per: "archive",
    condition: { kind: "threshold", limit: { above: minuteMs } },
    severity: "critical",
    offDelayMs: 10_000,
    message: "The archive {archive} has not been usable for more than {limit}",
    card: {
      cause: "Its server or line is down, its host key has changed, or its account is locked.",
      consequence: "Below the quorum nothing is archived: the buffer fills, then readers pause.",
      action: "Bring it back; never trust another host key without asking its keeper.",
      respondWithinMinutes: 30,
    },
  },
  {
    id: "archive-errors",
    kpi: "archive.error_ratio",
    per: "archive",
    condition: { kind: "threshold", limit: { above: 0.2 }, deadBand: 0.1 },
    severity: "warning",
    onDelayMs: longerThanAwayMs,
    offDelayMs: minuteMs,
    message: "{archive}: more than {limit} of attempts fail",
    parent: "archive-away",
    card: {
      cause: "The line is bad, the disk nearly full, or the server limits sessions.",
      consequence: "Attempts are repeated; taps are archived late.",
      action: "Read the error in the log, and ask who keeps the server.",
      respondWithinMinutes: 60,
    },
  },
  {
    id: "archive-space-short",
    kpi: "archive.space_short_per_hour",
    condition: { kind: "threshold", limit: { above: 0 } },
    severity: "critical",
    message: "An archive has too little room",
    card: {
      cause: "The disk or the quota of the archive is full.",
      consequence: "Nothing more is archived there.",
      action: "Make room: expire what may go, or enlarge the disk.",
      respondWithinMinutes: 60,
    },
  },
  {
    id: "archive-copies-failed",
    kpi: "archive.copies_failed_per_hour",
    condition: { kind: "threshold", limit: { above: 0 } },
    severity: "warning",
    message: "Copies to an archive that lacks segments fail",
    card: {
      cause: "The archive that lacks them, or the one that has them, refuses.",
      consequence: "Segments lie in fewer archives than wanted.",
      action: "Look at both archives; copying goes on by itself.",
      respondWithinMinutes: 240,
    },
  },
  {
    id: "segments-missing",
    kpi: "archive.segments_missing_per_day",
    condition: { kind: "threshold", limit: { above: 0 } },
    severity: "critical",
    message: "An archive lacks files of segments",
    card: {
      cause: "Somebody removed them, or a disk was set back.",
      consequence: "What one archive alone held would be gone.",
      action: "Find out who did it; copies from other archives come back by themselves.",
      respondWithinMinutes: 240,
    },
  },
  {
    id: "restore-failed",
    kpi: "archive.restore_failed_per_day",
    condition: { kind: "threshold", limit: { above: 0 } },
    severity: "critical",
    message: "A restore for trial did not give what was archived",
    card: {
      cause: "A file is damaged, or a key that opens it is missing.",
      consequence: "What is archived may not be readable when it is needed.",
      action: "Verify the segment, and restore it from a copy.",
      respondWithinMinutes: 480,
    },
  },
  {
    id: "restore-stale",
    kpi: "archive.restore_age_ms",
    condition: { kind: "threshold", limit: { above: 26 * hourMs } },
    severity: "warning",
    message: "That the archive can be restored has not been proven for more than {limit}",
    parent: "restore-failed",
    card: {
      cause: "No role `audit` runs, drills are switched off, or each one fails.",
      consequence: "A damage would be found late.",
      action: "Run a drill by hand, then find out why none runs by itself.",
      respondWithinMinutes: 1_440,
    },
  },
  {
    id: "segments-failing",
    kpi: "segments.failed_attempts_per_minute",
    condition: { kind: "threshold", limit: { above: 10 }, deadBand: 5 },
    severity: "warning",
    onDelayMs: longerThanAwayMs,
    offDelayMs: minuteMs,
    message: "Attempts at segments fail more than {limit}",
    suppressedBy: [{ rule: "archive-away", beforeMs: 5 * minuteMs, holdMs: 3 * minuteMs }],
    card: {
      cause: "A stage lacks what it needs: keys, PostgreSQL, the archive.",
      consequence: "Segments are tried again and do not get on.",
      action: "Read the error in the log.",
      respondWithinMinutes: 30,
    },
  },
];
