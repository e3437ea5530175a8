import { type KpiScope, scopeKey } from "../kpi/index.ts";
import type { AlertSignal, Evaluated } from "./signal.ts";

/** What an evaluation found, breached at that moment. For tests. */
export function evaluated(
  kind: "raise" | "clear",
  ruleId: string,
  scope: KpiScope,
  atEpochMs: number,
  breachedAtEpochMs = atEpochMs,
): Evaluated {
  const alert = { ruleId, scope, scopeKey: scopeKey(scope), atEpochMs };
  return kind === "raise"
    ? { kind, ...alert, value: 1, limit: 0, breachedAtEpochMs }
    : { kind, ...alert, value: 0, peakValue: 1, because: "in-order" };
}

/** Signals as words, such as `suppress reader-silent by agent-offline`. For tests. */
export const told = (signals: readonly AlertSignal[]): string[] =>
  signals.map(
    (one) =>
      `${one.kind} ${one.ruleId}${"suppressedBy" in one && one.suppressedBy ? ` by ${one.suppressedBy.ruleId}` : ""}`,
  );
