import { type AlertRule, alertRuleSchema } from "./rule.ts";

/** A sound rule, apart from what is given. For tests. */
export function rule(given: Record<string, unknown> = {}): AlertRule {
  return alertRuleSchema.parse({
    id: "backlog-old",
    kpi: "backlog.oldest_ms",
    condition: { kind: "threshold", limit: { above: 60_000 } },
    severity: "warning",
    message: "The oldest tap waits for {value} (limit {limit})",
    runbook: "docs/runbooks.md#backlog-old",
    card: {
      cause: "The archive takes less than comes in.",
      consequence: "The buffer fills up, and agents have to wait.",
      action: "Look at the archive.",
      respondWithinMinutes: 30,
    },
    ...given,
  });
}
