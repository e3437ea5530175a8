import { canonicalJson } from "../kernel/index.ts";
import { type KpiId, type KpiScope, type KpiScopeKind, scopeDimensions } from "../kpi/index.ts";
import type { Condition } from "./condition.ts";
import { evaluatorOf } from "./conditions/evaluator-of.ts";
import { type Evaluator, type Finding, never } from "./conditions/finding.ts";
import { quiet, raised, type Standing } from "./delays.ts";
import type { AlertRule } from "./rule.ts";

/** A rule ready to be evaluated. */
export type ReadyRule = {
  readonly rule: AlertRule;
  readonly evaluator: Evaluator<Finding>;
  /** To which side of its limit a value is in breach. */
  readonly side: "above" | "below" | "both";
  /** Two rules of the same make evaluate alike: what one has learnt the other can go on with. */
  readonly make: string;
};

export function readyRule(rule: AlertRule): ReadyRule {
  const { kpi, per, only = {}, condition, onDelayMs, offDelayMs } = rule;
  const make = canonicalJson({ kpi, per, only, condition, onDelayMs, offDelayMs }).toString();
  return { rule, evaluator: evaluatorOf(condition), side: sideOf(condition), make };
}

function sideOf(condition: Condition): ReadyRule["side"] {
  if (condition.kind === "anomaly") return condition.side;
  return "limit" in condition && "below" in condition.limit ? "below" : "above";
}

/** Remembers the value that is found, if none was farther beyond the limit in this breach. */
export function notePeak(watch: Watch, isNew: boolean): void {
  const { finding, peakValue, ready } = watch;
  const { value, limit } = finding;
  if (value === null) return;
  const far = (one: number) =>
    ready.side === "above" ? one : ready.side === "below" ? -one : Math.abs(one - limit);
  if (isNew || (peakValue !== null && far(value) > far(peakValue))) watch.peakValue = value;
}

/** One rule on one scope. The only thing of the engine that changes in place. */
export type Watch = {
  readonly ready: ReadyRule;
  readonly scope: KpiScope;
  readonly scopeKey: string;
  finding: Finding;
  standing: Standing;
  /** When the breach began that is pending or active, by the wall clock. */
  breachedAtEpochMs: number;
  /** The value farthest beyond the limit since then; null: not known. */
  peakValue: number | null;
  wakeMs: number;
};

export type ScopeOfWatches = { readonly scope: KpiScope; readonly scopeKey: string };

/** Whether a rule is for this scope, which is of the kind that it is split by. */
export function isFor({ rule: { only } }: ReadyRule, scope: KpiScope): boolean {
  if (only === undefined) return true;
  return scopeDimensions.every((dimension) => only[dimension]?.includes(scope[dimension] ?? "") ?? true);
}

export function newWatch(ready: ReadyRule, { scope, scopeKey }: ScopeOfWatches, nowMs: number): Watch {
  const finding = ready.evaluator.begin(nowMs, false);
  return {
    ready,
    scope,
    scopeKey,
    finding,
    standing: quiet,
    breachedAtEpochMs: 0,
    peakValue: null,
    wakeMs: never,
  };
}

/** Has a watch begin anew. @param active whether its alert is active */
export function begin(watch: Watch, nowMs: number, active: boolean): void {
  watch.finding = watch.ready.evaluator.begin(nowMs, active);
  watch.standing = active ? raised : quiet;
  watch.peakValue = null;
}

/** Rules on the same KPI and kind of scope: a sample is for all of them or for none. */
export type WatchGroup = {
  readonly rules: readonly ReadyRule[];
  readonly byScope: Map<string, readonly Watch[]>;
};

export type WatchGroups = ReadonlyMap<KpiId, ReadonlyMap<KpiScopeKind, WatchGroup>>;

export function groupsOf(rules: readonly ReadyRule[]): WatchGroups {
  const byKpi = Map.groupBy(rules, ({ rule }) => rule.kpi);
  return new Map(
    [...byKpi].map(([kpi, ofKpi]) => {
      const byKind = Map.groupBy(ofKpi, ({ rule }) => rule.per);
      return [kpi, new Map([...byKind].map(([per, group]) => [per, { rules: group, byScope: new Map() }]))];
    }),
  );
}

/** Of which kind a scope is: by the narrowest thing that it names. */
export function kindOf({ reason, archive, reader, agent, site }: KpiScope): KpiScopeKind {
  if (reason !== undefined) return "reason";
  if (archive !== undefined) return "archive";
  if (reader !== undefined) return "reader";
  if (agent !== undefined) return "agent";
  return site === undefined ? "all" : "site";
}
