import { hourMs, type KpiDefinition } from "./definition.ts";

const now = { kind: "level", windowMs: null, owner: "ingest" } as const;
const perAgent = ["all", "site", "agent"] as const;

/** How the agents and their readers are, by what they report. */
export const fleetKpis = {
  "agents.online": {
    ...now,
    unit: "agents",
    scopes: perAgent,
    meaning: "agents that have reported within three of their intervals; of one agent 1 or 0",
  },
  "agents.offline": {
    ...now,
    unit: "agents",
    scopes: perAgent,
    meaning: "enrolled agents that have not; of one agent 1 or 0",
  },
  "agents.clock_skew_ms": {
    ...now,
    unit: "ms",
    scopes: perAgent,
    meaning: "how far an agent's clock is from the server's, either way; of several the farthest",
  },
  "agents.certificate_days_left": {
    ...now,
    unit: "days",
    scopes: perAgent,
    meaning: "until an agent's client certificate ends; of several the first",
  },
  "agents.outbox_oldest_ms": {
    ...now,
    kind: "age",
    unit: "ms",
    scopes: perAgent,
    meaning: "how long the oldest tap without an end has waited in an agent's outbox; of several the longest",
  },
  "agents.quota_spent_per_hour": {
    ...now,
    kind: "counter-rate",
    windowMs: hourMs,
    unit: "times/h",
    scopes: ["all"],
    meaning: "agents of which too many taps were refused or duplicates that day",
  },
  "readers.silent": {
    ...now,
    unit: "readers",
    scopes: perAgent,
    meaning:
      "readers that take no taps: failed, stalled, busy or paused, and all of an agent that is offline",
  },
} as const satisfies Record<string, KpiDefinition>;
