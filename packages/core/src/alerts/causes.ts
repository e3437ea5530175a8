import { type KpiDefinition, type KpiScope, kpiCatalog, scopeKey } from "../kpi/index.ts";
import { type AlertRule, type CauseElsewhere, dimensionsOf } from "./rule.ts";
import type { AlertKey } from "./signal.ts";

/** By so much longer than it takes an alert to return is it suppressed after its parent is over, ms. */
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

  /**
   * How long what the cause suppressed is to stay so once the cause is over, ms. Below a parent: until what the cause left in its figures has
   * passed, and its return has been told.
   */
  holdMs(ruleId: string, cause: AlertKey): number {
    const told = this.elsewhere(ruleId).find(({ rule }) => rule === cause.ruleId)?.holdMs;
    if (told !== undefined) return told;
    const rule = this.#rules.get(ruleId);
    return parentHoldMs + (rule === undefined ? 0 : looksBackMs(rule) + rule.offDelayMs);
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

/** For how long what has happened keeps a rule in breach though nothing more of it happens, ms. */
function looksBackMs({ kpi, condition }: AlertRule): number {
  const { windowMs }: KpiDefinition = kpiCatalog[kpi];
  switch (condition.kind) {
    case "threshold":
      return windowMs ?? 0;
    case "absence":
      return 0;
    case "rate-of-change":
      return condition.windowMs + (windowMs ?? 0);
    case "burn-rate":
      // It counts events itself, and is over with the shorter of its windows.
      return condition.shortMs;
    case "anomaly":
      return condition.stepMs + (windowMs ?? 0);
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
