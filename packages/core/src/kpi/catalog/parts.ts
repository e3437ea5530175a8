import { dayMs, hourMs, type KpiDefinition, minuteMs } from "./definition.ts";

const perArchive = ["all", "archive"] as const;
const now = { kind: "level", windowMs: null } as const;
const perMinute = { kind: "counter-rate", windowMs: minuteMs } as const;
const perHour = { kind: "counter-rate", windowMs: hourMs } as const;
const perDay = { kind: "counter-rate", windowMs: dayMs } as const;

/** How the parts of the path are: archives, buffer, keys, certificates, jobs. */
export const partKpis = {
  "archive.written_bytes_per_second": {
    ...perMinute,
    unit: "bytes/s",
    owner: "transfer",
    scopes: perArchive,
    meaning: "what was uploaded",
  },
  "archive.error_ratio": {
    kind: "ratio",
    windowMs: 5 * minuteMs,
    unit: "ratio",
    owner: "transfer",
    scopes: perArchive,
    meaning: "failed among all attempts to store a segment's files",
  },
  "archive.away_ms": {
    kind: "age",
    windowMs: null,
    unit: "ms",
    owner: "transfer",
    scopes: perArchive,
    meaning: "how long an archive has not been usable; 0 while it is; of all: the longest",
  },
  "archive.space_short_per_hour": {
    ...perHour,
    unit: "times/h",
    owner: "transfer",
    scopes: ["all"],
    meaning: "how often an archive had too little room",
  },
  "archive.copies_failed_per_hour": {
    ...perHour,
    unit: "times/h",
    owner: "transfer",
    scopes: ["all"],
    meaning: "segments that could not be copied to an archive that lacks them",
  },
  "archive.segments_missing_per_day": {
    ...perDay,
    unit: "segments/d",
    owner: "audit",
    scopes: ["all"],
    meaning: "segments of which an archive was found to lack files",
  },
  "archive.restore_failed_per_day": {
    ...perDay,
    unit: "times/d",
    owner: "audit",
    scopes: ["all"],
    meaning: "restores for trial that did not give what was archived",
  },
  "archive.restore_age_ms": {
    kind: "age",
    windowMs: null,
    unit: "ms",
    owner: "audit",
    scopes: ["all"],
    meaning:
      "how long ago a restore for trial last proved that the archive can be read; nobody knows before the first",
  },
  "segments.failed_attempts_per_minute": {
    ...perMinute,
    unit: "times/min",
    owner: "buffer",
    scopes: ["all"],
    meaning: "attempts of a stage at a segment that failed and are repeated",
  },
  "buffer.memory_bytes": {
    ...now,
    unit: "bytes",
    owner: "buffer",
    scopes: ["all"],
    meaning: "frames, verdicts and sealed forms in the buffer",
  },
  "buffer.memory_ratio": {
    ...now,
    unit: "ratio",
    owner: "buffer",
    scopes: ["all"],
    meaning: "the buffer's bytes by its ceiling; at 1 nothing is let in",
  },
  "keys.age_days": {
    ...now,
    unit: "days",
    owner: "encryption",
    scopes: ["all"],
    meaning: "age of the oldest archive key to which objects are sealed now",
  },
  "keys.refused_per_hour": {
    ...perHour,
    unit: "times/h",
    owner: "encryption",
    scopes: ["all"],
    meaning: "keys in the ring that got no objects, since nobody who may had put them there",
  },
  "certificates.days_left": {
    ...now,
    unit: "days",
    owner: "encryption",
    scopes: ["all"],
    meaning: "until the first certificate of the servers ends: the archive's keys, the signer's, the door's",
  },
  "sites.unbalanced_per_day": {
    ...perDay,
    unit: "sites/d",
    owner: "audit",
    scopes: ["all"],
    meaning: "balances of a site's day that do not add up",
  },
  "audit.disputed_per_day": {
    ...perDay,
    unit: "times/d",
    owner: "audit",
    scopes: ["all"],
    meaning: "contradictions that were found in the audit log or by its witness",
  },
} as const satisfies Record<string, KpiDefinition>;
