import { kpiCatalog, scopeDimensions } from "../kpi/index.ts";
import { causesNamedBy } from "./causes.ts";
import { unknownPlaceholders } from "./message.ts";
import { type AlertRule, dimensionsOf } from "./rule.ts";

/** One thing that is wrong with a document. `place` is as in `rules.agent-offline.message`. */
export type RuleFault = { readonly place: string; readonly fault: string };

/** What the form alone does not show: ids, parents, messages. In the order of the rules. */
export function lintRules(rules: readonly AlertRule[]): RuleFault[] {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const seen = new Set<string>();
  return rules.flatMap((rule) => {
    const place = `rules.${rule.id}`;
    const faults = [
      ...kpiFaults(rule),
      ...messageFaults(rule),
      ...parentFaults(rule, byId),
      ...causeFaults(rule, byId),
    ];
    if (seen.has(rule.id)) faults.unshift({ place: "id", fault: "another rule has it already" });
    seen.add(rule.id);
    return faults.map((fault) => ({ place: `${place}.${fault.place}`, fault: fault.fault }));
  });
}

function kpiFaults({ kpi, per, only, condition }: AlertRule): RuleFault[] {
  const { scopes, kind } = kpiCatalog[kpi];
  const faults: RuleFault[] = [];
  if (!scopes.includes(per))
    faults.push({ place: "per", fault: `${kpi} is not kept so; there is it by ${scopes.join(", ")}` });
  for (const dimension of scopeDimensions)
    if (only?.[dimension] !== undefined && !dimensionsOf[per].includes(dimension))
      faults.push({
        place: `only.${dimension}`,
        fault: `the rule is split by ${per}, which names no ${dimension}`,
      });
  if (condition.kind === "burn-rate" && kind !== "ratio")
    faults.push({
      place: "condition",
      fault: `${kpi} is no ratio: it has no events whose budget could be spent`,
    });
  return faults;
}

function messageFaults(rule: AlertRule): RuleFault[] {
  const unknown = unknownPlaceholders(rule);
  if (unknown.length === 0) return [];
  const known = ["value", "limit", ...dimensionsOf[rule.per]].map((name) => `{${name}}`).join(", ");
  return [{ place: "message", fault: `nothing fills ${unknown.join(", ")}; there are ${known}` }];
}

function parentFaults(rule: AlertRule, byId: ReadonlyMap<string, AlertRule>): RuleFault[] {
  if (rule.parent === undefined) return [];
  const parent = byId.get(rule.parent);
  if (parent === undefined) return [{ place: "parent", fault: `there is no rule ${rule.parent}` }];
  const own = dimensionsOf[rule.per];
  if (dimensionsOf[parent.per].some((dimension) => !own.includes(dimension)))
    return [
      {
        place: "parent",
        fault: `${parent.id} is split by ${parent.per}, this rule by ${rule.per}: which of its alerts is meant cannot be told`,
      },
    ];
  return [];
}

/** Of what explains it elsewhere, and of both together: who explains each other would all be suppressed, and nobody called. */
function causeFaults(rule: AlertRule, byId: ReadonlyMap<string, AlertRule>): RuleFault[] {
  const named = rule.suppressedBy?.map((cause) => cause.rule) ?? [];
  const place = "suppressedBy";
  const faults = named
    .filter((id) => !byId.has(id))
    .map((id) => ({ place, fault: `there is no rule ${id}` }));
  const twice = named.find((id, index) => named.indexOf(id) !== index || id === rule.parent);
  if (twice !== undefined) faults.push({ place, fault: `${twice} is named twice` });
  if (isOwnCause(rule, byId))
    faults.push({
      place: causesNamedBy(rule).length === named.length ? place : "parent",
      fault: "the rule is its own ancestor",
    });
  return faults;
}

function isOwnCause(rule: AlertRule, byId: ReadonlyMap<string, AlertRule>): boolean {
  const passed = new Set<string>();
  const left = causesNamedBy(rule);
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (id === rule.id) return true;
    if (passed.has(id)) continue;
    passed.add(id);
    left.push(...causesNamedBy(byId.get(id)));
  }
  return false;
}
