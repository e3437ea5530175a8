import { type KpiDefinition, minuteMs, secondMs } from "./definition.ts";

const rate = { kind: "counter-rate", windowMs: 5 * secondMs } as const;
const perMinute = { kind: "counter-rate", windowMs: minuteMs } as const;
const fleetWide = ["all", "site", "agent", "reader"] as const;

/** What becomes of taps. */
export const tapKpis = {
  "taps.in_per_second": {
    ...rate,
    unit: "taps/s",
    owner: "ingest",
    scopes: fleetWide,
    meaning: "taps that the door took (durable)",
  },
  "taps.archived_per_second": {
    ...rate,
    unit: "taps/s",
    owner: "transfer",
    scopes: fleetWide,
    meaning: "taps that were committed in the archive",
  },
  "taps.acceptance_ratio": {
    kind: "ratio",
    windowMs: 5 * minuteMs,
    unit: "ratio",
    owner: "validation",
    scopes: fleetWide,
    meaning: "archived taps among those archived or rejected; duplicates are neither",
  },
  "taps.rejected_per_minute": {
    ...perMinute,
    unit: "taps/min",
    owner: "validation",
    scopes: [...fleetWide, "reason"],
    meaning: "taps that were refused for what they are, and went into quarantine",
  },
  "taps.duplicates_per_minute": {
    ...perMinute,
    unit: "taps/min",
    owner: "validation",
    scopes: fleetWide,
    meaning: "taps that the archive already had",
  },
  "taps.refused_at_door_per_minute": {
    ...perMinute,
    unit: "taps/min",
    owner: "ingest",
    scopes: ["all", "site", "agent"],
    meaning: "taps that the door did not take, for whatever reason; their agents keep them",
  },
  "backlog.taps": {
    kind: "level",
    windowMs: null,
    unit: "taps",
    owner: "buffer",
    scopes: ["all"],
    meaning: "taps that the door took and that have not ended yet",
  },
  "backlog.oldest_ms": {
    kind: "age",
    windowMs: null,
    unit: "ms",
    owner: "buffer",
    scopes: ["all"],
    meaning: "how long the oldest tap of the backlog has waited; 0 where there is none",
  },
  "gaps.open": {
    kind: "level",
    windowMs: null,
    unit: "numbers",
    owner: "audit",
    scopes: ["all", "site", "agent"],
    meaning: "numbers of agents without an end in the gap ledger",
  },
} as const satisfies Record<string, KpiDefinition>;
