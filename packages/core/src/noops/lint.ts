import { defaultAlertRules, nearestText } from "../alerts/index.ts";
import { isTimeZone, messageOf } from "../kernel/index.ts";
import { releasedServices } from "../rollout/index.ts";
import {
  type Evidence,
  type EvidenceReading,
  type EvidenceSubject,
  type EvidenceValue,
  evidenceFields,
  evidenceName,
  evidenceSubjects,
  isEvidenceSubject,
  knownKpis,
} from "./evidence.ts";
import { Expression } from "./expression.ts";
import { type Named, namedEvidence, whyNoLoops } from "./named-evidence.ts";
import { type NoopsRule, noopsServices, type RuleScope } from "./rule.ts";

/** One thing that is wrong with a document. `place` is as in `rules.scale-up-on-wish.when`. */
export type NoopsRuleFault = { readonly place: string; readonly fault: string };

/** What a target of each scope is of the subjects, so that `target` may be asked for. */
const subjectsOf: Readonly<Record<RuleScope, readonly EvidenceSubject[]>> = {
  installation: [],
  service: ["service", "wish", "release"],
  replica: ["replica"],
  archive: ["archive"],
};
/** Over which targets an act can be done. */
const scopesOf: Readonly<Record<NoopsRule["act"]["kind"], readonly RuleScope[]>> = {
  scale: ["service"],
  restart: ["service"],
  connections: ["service"],
  "outlier-detection": ["service"],
  retries: ["service"],
  shift: ["service"],
  "roll-back": ["service"],
  replace: ["replica"],
  target: ["archive"],
  "flush-buffer": ["installation"],
  "flush-caches": ["installation"],
  "rotate-key": ["installation"],
  quota: ["installation"],
};
const sampleTarget = "sample";

/** What the form alone does not show: ids, names of evidence, whether expressions answer yes or no. In the order of the rules. */
export function lintNoopsRules(rules: readonly NoopsRule[]): NoopsRuleFault[] {
  const seen = new Set<string>();
  return rules.flatMap((rule) => {
    const faults = [
      ...(seen.has(rule.id) ? [{ place: "id", fault: "another rule has it already" }] : []),
      ...targetFaults(rule),
      ...expressionFaults(rule, "when"),
      ...expressionFaults(rule, "clearWhen"),
      ...modeFaults(rule),
    ];
    seen.add(rule.id);
    return faults.map(({ place, fault }) => ({ place: `rules.${rule.id}.${place}`, fault }));
  });
}

/** Names of alerts that no shipped rule has: no faults, since rules of alerts are an installation's own. */
export function unknownAlerts(rules: readonly NoopsRule[], known: readonly string[]): NoopsRuleFault[] {
  return rules.flatMap((rule) =>
    [rule.when, rule.clearWhen ?? "true"].flatMap((text) =>
      namedEvidence(text).calls.flatMap(({ called, of }) =>
        called === "alert" && of !== null && !known.includes(of)
          ? [
              {
                place: `rules.${rule.id}`,
                fault: `no rule of alerts is named ${of}: ${nearestText(of, known)}`,
              },
            ]
          : [],
      ),
    ),
  );
}

/** Alert rules that Tapline comes with. */
export const shippedAlerts: readonly string[] = defaultAlertRules.rules.map(({ id }) => id);

function targetFaults({ per, only, act }: NoopsRule): NoopsRuleFault[] {
  const faults: NoopsRuleFault[] = [];
  if (!scopesOf[act.kind].includes(per))
    faults.push({
      place: "per",
      fault: `${act.kind} is done to one ${scopesOf[act.kind].join(" or ")}, and the rule is asked per ${per}`,
    });
  if (only !== undefined && per === "installation")
    faults.push({ place: "only", fault: "the rule is not split by anything" });
  const services = per === "service" || per === "replica" ? (only ?? []) : [];
  for (const service of services)
    if (!noopsServices.includes(service))
      faults.push({
        place: "only",
        fault: `there is no service ${service}: ${nearestText(service, noopsServices)}`,
      });
  return [...faults, ...(act.kind === "shift" ? oneReleased(only) : [])];
}

/** A release is one of one service. */
function oneReleased(only: readonly string[] = []): NoopsRuleFault[] {
  const [service = "", second] = only;
  if (second === undefined && releasedServices.some((released) => released === service)) return [];
  const fault = `a release is one of one service: name that one, of ${releasedServices.join(", ")}`;
  return [{ place: "only", fault }];
}

function modeFaults(rule: NoopsRule): NoopsRuleFault[] {
  const fault = rule.mode === "armed" ? whyNotArmed(rule) : null;
  return fault === null ? [] : [{ place: "mode", fault }];
}

const hourMs = 3_600_000;

/**
 * Why a rule may not act by itself as it is written; null where it may. Each flush has agents bring all that is in the buffer again: where
 * that comes again and again nothing else gets through.
 */
export function whyNotArmed({ act, perHour, cooldownMs }: NoopsRule): string | null {
  if (act.kind !== "flush-buffer" || (perHour === 1 && cooldownMs >= hourMs)) return null;
  return "a flush is done by itself once an hour at most: perHour 1, and cooldownMs 3600000 or more";
}

function expressionFaults(rule: NoopsRule, place: "when" | "clearWhen"): NoopsRuleFault[] {
  const text = rule[place];
  if (text === undefined) return [];
  try {
    const { calls, variables, loops } = namedEvidence(text);
    if (loops) return [{ place, fault: whyNoLoops }];
    const faults = [
      ...calls.flatMap((call) => callFaults(call, rule.per)),
      ...variables.flatMap((name) => variableFaults(name, rule.per)),
    ];
    return (faults.length > 0 ? faults : answerFaults(text, calls)).map((fault) => ({ place, fault }));
  } catch (error) {
    return [{ place, fault: `it is no CEL: ${messageOf(error)}` }];
  }
}

function variableFaults(name: string, per: RuleScope): string[] {
  if (name.startsWith("@") || name.startsWith("__")) return [];
  if (name !== "target")
    return [`${name} is nothing that can be asked for: ${nearestText(name, ["target"])}`];
  return per === "installation" ? ["the rule is asked once, so there is no target: say `per`"] : [];
}

const functions: readonly string[] = ["kpi", ...evidenceSubjects];
/** Of CEL itself, those that are written as calls of a name. */
const ofCel: readonly string[] = [
  "int",
  "double",
  "string",
  "bool",
  "size",
  "has",
  "type",
  "matches",
  "duration",
  "dyn",
];

/** Not with all their other names, which are right, too. */
const zones = (): readonly string[] => ["UTC", ...Intl.supportedValuesOf("timeZone")];

function callFaults({ called, of, field }: Named, per: RuleScope): string[] {
  if (called === "kpi") {
    if (of === null) return ["name the KPI as a text"];
    return knownKpis.includes(of)
      ? []
      : [`there is no KPI ${of}: ${nearestText(of, knownKpis)} (docs/kpis.md has all of them)`];
  }
  if (!isEvidenceSubject(called)) {
    return ofCel.includes(called)
      ? []
      : [`there is no function ${called}: ${nearestText(called, functions)}`];
  }
  const fields = Object.keys(evidenceFields[called]);
  if (field === null) return [`say what of ${called}(…) is asked for: ${fields.join(", ")}`];
  if (!fields.includes(field))
    return [`${called}(…) has no ${field}: ${nearestText(field, fields)} (docs/noops.md has all of them)`];
  if (of === null)
    return subjectsOf[per].includes(called) ? [] : [`a target of a rule per ${per} is no ${called}`];
  if (called === "clock")
    return isTimeZone(of) ? [] : [`there is no time zone ${of}: ${nearestText(of, zones())}`];
  const isService = called === "service" || called === "wish" || called === "release";
  return !isService || noopsServices.includes(of)
    ? []
    : [`there is no service ${of}: ${nearestText(of, noopsServices)}`];
}

/** Whether it answers yes or no where all of its evidence is there: types that do not fit show themselves so. */
function answerFaults(text: string, calls: readonly Named[]): string[] {
  const judged = new Expression(text).judge({
    ...{ evidence: sampleOf(calls), target: sampleTarget, nowEpochMs: 0, maxAgeMs: 1_000 },
  });
  return judged.answer === null
    ? [`it cannot be answered: ${judged.fault} (figures are doubles: write 2.0, not 2, in sums)`]
    : [];
}

function sampleOf(calls: readonly Named[]): Evidence {
  const evidence = new Map<string, EvidenceReading>();
  for (const { called, of, field } of calls) {
    if (called !== "kpi" && !isEvidenceSubject(called)) continue;
    const fields: Readonly<Record<string, EvidenceValue>> = called === "kpi" ? {} : evidenceFields[called];
    const value = field === null ? 1 : (fields[field] ?? 1);
    evidence.set(evidenceName(called, of ?? sampleTarget, field), { value, atEpochMs: 0 });
  }
  return evidence;
}
