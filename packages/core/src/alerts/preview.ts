import type { KpiSample, KpiScope } from "../kpi/index.ts";
import { RuleEngine } from "./evaluator.ts";
import { replay } from "./replay.ts";
import type { AlertRule } from "./rule.ts";

/** One time that the rule would have raised an alert. */
export type PreviewedAlert = {
  readonly scope: KpiScope;
  readonly raisedAtEpochMs: number;
  /** Null: it would stand still. */
  readonly clearedAtEpochMs: number | null;
  readonly value: number | null;
};

export type Preview = {
  readonly alerts: readonly PreviewedAlert[];
  /** How long alerts would have stood in all, ms. */
  readonly activeMs: number;
  /** Scopes that there were too many of to try. */
  readonly refusedScopes: number;
};

/** Rules × scopes that a preview tries at most. */
const maxWatches = 20_000;

/**
 * How often a rule would have fired, had it been there. What stood before the first sample, and suppression by other rules,
 * is not known to it.
 * @param samples of the rule's KPI, in order of time; of others they are passed over
 */
export function preview(rule: AlertRule, samples: readonly KpiSample[], untilEpochMs: number): Preview {
  let refusedScopes = 0;
  const onRefused = (refused: { readonly refusedInAll: number }) => {
    refusedScopes = refused.refusedInAll;
  };
  const engine = new RuleEngine([rule], { maxWatches, onRefused }, samples[0]?.atEpochMs ?? untilEpochMs);
  const alerts: PreviewedAlert[] = [];
  const open = new Map<string, number>();
  for (const signal of replay(engine, samples, untilEpochMs)) {
    const { scope, scopeKey, value, atEpochMs } = signal;
    if (signal.kind === "raise") {
      open.set(scopeKey, alerts.length);
      alerts.push({ scope, raisedAtEpochMs: atEpochMs, clearedAtEpochMs: null, value });
      continue;
    }
    const index = open.get(scopeKey);
    const alert = index === undefined ? undefined : alerts[index];
    if (index !== undefined && alert !== undefined) alerts[index] = { ...alert, clearedAtEpochMs: atEpochMs };
    open.delete(scopeKey);
  }
  const activeMs = alerts.reduce(
    (sum, { raisedAtEpochMs, clearedAtEpochMs }) =>
      sum + (clearedAtEpochMs ?? untilEpochMs) - raisedAtEpochMs,
    0,
  );
  return { alerts, activeMs, refusedScopes };
}
