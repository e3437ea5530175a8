import { minuteMs, type ShippedRule } from "./shipped-rule.ts";

/** Shipped rules on how long things take. */
export const latencyRules: readonly ShippedRule[] = [
  {
    id: "door-slow",
    kpi: "ingest.accept_p99_ms",
    condition: { kind: "threshold", limit: { above: 500 }, deadBand: 100 },
    severity: "warning",
    onDelayMs: minuteMs,
    offDelayMs: minuteMs,
    message: "The door takes more than {limit} for one answer in 100",
    card: {
      cause: "Redis syncs slowly, or the machine has too little to give.",
      consequence: "Agents send less at a time; queues at readers grow.",
      action: "Look at Redis's disk and at the load of the machine.",
      respondWithinMinutes: 60,
    },
  },
  {
    id: "archive-slow",
    kpi: "tap.to_archive_p99_ms",
    condition: { kind: "threshold", limit: { above: 30_000 }, deadBand: 10_000 },
    severity: "warning",
    onDelayMs: 2 * minuteMs,
    offDelayMs: minuteMs,
    message: "One tap in 100 takes more than {limit} to be archived",
    card: {
      cause: "The archive takes files slowly, or stages share too few processes.",
      consequence: "Receipts come late; nothing is lost.",
      action: "See which stage takes the time.",
      respondWithinMinutes: 60,
    },
  },
  {
    id: "alerts-slow",
    kpi: "alerts.breach_to_screen_p99_ms",
    condition: { kind: "threshold", limit: { above: 1_000 }, deadBand: 200 },
    severity: "info",
    onDelayMs: minuteMs,
    offDelayMs: minuteMs,
    message: "One alert in 100 is seen after more than {limit}",
    card: {
      cause: "The alerts role, PostgreSQL or the console is busy.",
      consequence: "People hear late of what they should act on.",
      action: "Look at the load of PostgreSQL and of the console.",
      respondWithinMinutes: 240,
    },
  },
];
