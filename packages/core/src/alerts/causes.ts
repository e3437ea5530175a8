import { type KpiScope, scopeKey } from "../kpi/index.ts";
import { type AlertRule, type CauseElsewhere, dimensionsOf } from "./rule.ts";
import type { AlertKey } from "./signal.ts";

/** So long after its parent is over an alert stays suppressed, ms: most are over themselves by then. */
const parentHoldMs = 10_000;

/** Which rules explain which, as a release of them says. */
export class Causes {
  readonly #rules: ReadonlyMap<string, AlertRule>;
  readonly #depths = new Map<string, number>();

  constructor(rules: readonly AlertRule[]) {
    this.#rules = new Map(rules.map((rule) => [rule.id, rule]));
  }

  /** Alerts whose rule stands above that of this one, on the same or a wider scope, the nearest first. */
  ancestorsOf(ruleId: string, scope: KpiScope): AlertKey[] {
    const found: AlertKey[] = [];
    for (
      let rule = this.#parentOf(ruleId);
      rule !== undefined && found.length < this.#rules.size;
      rule = this.#parentOf(rule.id)
    ) {
      const wider = dimensionsOf[rule.per].map((dimension) => [dimension, scope[dimension]] as const);
      found.push({ ruleId: rule.id, scopeKey: scopeKey(Object.fromEntries(wider)) });
    }
    return found;
  }

  /** Rules whose alerts, wherever they are, explain those of this one. */
  elsewhere(ruleId: string): readonly CauseElsewhere[] {
    return this.#rules.get(ruleId)?.suppressedBy ?? [];
  }

  /** How long what the cause suppressed is to stay so once the cause is over, ms. */
  holdMs(ruleId: string, cause: AlertKey): number {
    return this.elsewhere(ruleId).find(({ rule }) => rule === cause.ruleId)?.holdMs ?? parentHoldMs;
  }

  /** How many rules stand above this one, by the longest way: causes have less than their consequences. */
  depthOf(ruleId: string): number {
    const known = this.#depths.get(ruleId);
    if (known !== undefined) return known;
    // Rules that explain each other are refused before; here they would only end nowhere.
    this.#depths.set(ruleId, 0);
    const above = causesNamedBy(this.#rules.get(ruleId)).filter((cause) => this.#rules.has(cause));
    const depth = Math.max(0, ...above.map((cause) => 1 + this.depthOf(cause)));
    this.#depths.set(ruleId, depth);
    return depth;
  }

  #parentOf(ruleId: string): AlertRule | undefined {
    return this.#rules.get(this.#rules.get(ruleId)?.parent ?? "");
  }
}

/** All rules that a rule says are causes of it. */
export function causesNamedBy(rule: Pick<AlertRule, "parent" | "suppressedBy"> | undefined): string[] {
  const elsewhere = rule?.suppressedBy?.map((cause) => cause.rule) ?? [];
  return rule?.parent === undefined ? elsewhere : [rule.parent, ...elsewhere];
}

/** Whether a breach began when it would have, were it a consequence of that cause. */
export function isInTime(
  { beforeMs, afterMs }: CauseElsewhere,
  consequenceEpochMs: number,
  causeEpochMs: number,
): boolean {
  return consequenceEpochMs >= causeEpochMs - beforeMs && consequenceEpochMs <= causeEpochMs + afterMs;
}
