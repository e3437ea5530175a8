import { expect, test } from "vitest";
import { ruleOf } from "./decision.fixture.ts";
import { defaultNoopsRules } from "./default-rules.ts";
import { shippedAlerts, unknownAlerts } from "./lint.ts";
import { clocksNamed } from "./named-evidence.ts";
import { noopsRuleChanges, noopsRuleSetIdOf, parseNoopsRules, readNoopsRules } from "./release.ts";
import { type NoopsRule, noopsRulesFormat } from "./rule.ts";
import { formOf, modeOf } from "./switches.ts";

const document = (...rules: readonly object[]) => ({ format: noopsRulesFormat, version: 1, rules });
const faultsOf = (more: Partial<NoopsRule>) =>
  readNoopsRules(document({ ...ruleOf(), ...more })).faults.map(({ place, fault }) => `${place}: ${fault}`);

const flushRule: Partial<NoopsRule> = {
  ...{
    per: "installation",
    when: 'kpi("backlog.taps") > 1.0',
    perHour: 1,
    cooldownMs: 3_600_000,
    mode: "armed",
  },
  act: { kind: "flush-buffer", heardWithinMs: 60_000 },
};

test("what is shipped is sound, and armed only where it takes nothing from anybody", () => {
  const armed = defaultNoopsRules.rules.filter(({ mode }) => mode === "armed").map(({ id }) => id);
  expect(armed).toEqual(["replace-silent-replica", "scale-up-on-wish", "scale-down-on-wish"]);
  expect(unknownAlerts(defaultNoopsRules.rules, shippedAlerts)).toEqual([]);
});

test.each<[string, Partial<NoopsRule>, string]>([
  ["a KPI", { when: 'kpi("backlog.tap") > 1.0' }, "there is no KPI backlog.tap: did you mean backlog.taps"],
  ["a function", { when: "servic(target).p99Ms > 1" }, "there is no function servic: did you mean service?"],
  ["a field", { when: "service(target).p99 > 1" }, "service(…) has no p99: did you mean p99Ms"],
  ["a service", { when: 'service("validaton").p99Ms > 1' }, "no service validaton: did you mean validation?"],
  [
    "a time zone",
    { when: 'clock("Europe/Berlim").weekday == 1.0' },
    "there is no time zone Europe/Berlim: did you mean Europe/Berlin",
  ],
  ["an offset", { when: 'clock("+02:00").weekday == 1.0' }, "there is no time zone +02:00"],
  ["one of `only`", { only: ["transferr"] }, "there is no service transferr: did you mean transfer?"],
  [
    "a variable",
    { when: "targett == 'a'" },
    "targett is nothing that can be asked for: did you mean target?",
  ],
])("%s that there is not is named with what may be meant", (_what, more, fault) => {
  expect(faultsOf(more).join()).toContain(fault);
});

test.each<[string, Partial<NoopsRule>, string]>([
  ["no CEL", { when: "service(target" }, "rules.scale-up.when: it is no CEL"],
  [
    "what goes on for as long as one likes",
    { when: '["ingest", "validation"].all(one, true)' },
    "it goes through a list",
  ],
  ["no answer", { clearWhen: "service(target).p99Ms" }, "rules.scale-up.clearWhen: it cannot be answered"],
  ["an analysis that is a figure", { when: "release(target).verdict > 1.0" }, "it cannot be answered"],
  ["types that do not fit", { when: "service(target).p99Ms / 2 > 1" }, "figures are doubles"],
  ["a target where there is none", { per: "installation" }, "the rule is asked once, so there is no target"],
  [
    "a target of another kind",
    { when: "archive(target).isOpen" },
    "a target of a rule per service is no archive",
  ],
  ["an act for something else", { act: { kind: "rotate-key" } }, "rotate-key is done to one installation"],
  ["a flush by itself twice an hour", { ...flushRule, perHour: 2 }, "once an hour at most"],
  [
    "a flush by itself sooner than in an hour",
    { ...flushRule, cooldownMs: 3_599_999 },
    "once an hour at most",
  ],
  [
    "nothing asked of a thing",
    { when: "service(target) == service(target)" },
    "say what of service(…) is asked for",
  ],
])("%s is a fault", (_what, more, fault) => {
  expect(faultsOf(more).join()).toContain(fault);
});

test("a rule may flush by itself once an hour, and one that asks as often as it likes", () => {
  expect(faultsOf(flushRule)).toEqual([]);
  expect(faultsOf({ ...flushRule, perHour: 20, cooldownMs: 1_000, mode: "approval" })).toEqual([]);
});

test("a rule may go by the time of day, and names whose", () => {
  expect(faultsOf({ when: 'clock("UTC").minuteOfDay >= 180.0 && clock("UTC").weekday < 6.0' })).toEqual([]);
  expect(faultsOf({ when: 'clock("Europe/Berlin").dayOfMonth == 1.0' })).toEqual([]);
  expect(faultsOf({ when: "clock(target).weekday == 1.0" }).join()).toContain("per service is no clock");
});

test("clocks that rules name are told once each, of both thresholds", () => {
  const [when, clearWhen] = ['clock("Europe/Berlin").weekday < 6.0', 'clock("UTC").weekday > 5.0'];
  const rules = [ruleOf({ when, clearWhen }), ruleOf({ when }), ruleOf()];
  expect(clocksNamed(rules)).toEqual(["Europe/Berlin", "UTC"]);
});

test("a rule may roll a release back by its analysis", () => {
  const when = 'release(target).phase == "routing" && release(target).verdict == "missing"';
  expect(faultsOf({ when, act: { kind: "roll-back" } })).toEqual([]);
});

const shift = { kind: "shift", release: 12, steps: [10, 100], windowMs: 60_000 } as const;
const connected = "service(target).p99Ms > 1.0";

test.each<[string, Partial<NoopsRule>, string]>([
  ["of no service", { act: shift }, "a release is one of one service: name that one"],
  ["of two", { act: shift, only: ["validation", "transfer"] }, "name that one, of validation, encryption"],
  ["of one that keeps to one release", { act: shift, only: ["kpi"] }, "name that one"],
  [
    "of a replica",
    { act: shift, only: ["web"], per: "replica", when: "replica(target).upMs > 1" },
    "one service",
  ],
])("a shift %s is a fault", (_what, more, fault) => {
  expect(faultsOf(more).join()).toContain(fault);
});

test.each<[string, object, string]>([
  ["fewer than ten connections", { kind: "connections", maxConnections: 9 }, "maxConnections"],
  ["more than 20,000", { kind: "connections", maxConnections: 20_001 }, "maxConnections"],
  ["no retry at all", { kind: "retries", attempts: 0 }, "attempts"],
  ["more than five", { kind: "retries", attempts: 6 }, "attempts"],
  ["tries that are over at once", { kind: "retries", attempts: 1, perTryTimeoutMs: 99 }, "perTryTimeoutMs"],
  ["shares that fall", { ...shift, steps: [50, 25, 100] }, "steps"],
  ["shares that end below all", { ...shift, steps: [10, 50] }, "steps"],
  ["shares that nobody watches", { ...shift, windowMs: 0 }, "windowMs"],
  [
    "more than half of the replicas left out",
    {
      ...{ kind: "outlier-detection", consecutiveErrors: 5, intervalMs: 5_000, baseEjectionMs: 30_000 },
      maxEjectionPercent: 51,
    },
    "maxEjectionPercent",
  ],
])("%s is beyond what a rule may set", (_what, act, part) => {
  const faults = faultsOf({ when: connected, act: act as NoopsRule["act"], only: ["web"] });
  expect(faults).toEqual([expect.stringContaining(`act.${part}`)]);
});

test("a rule may shift its one service to a release, and set how a mesh connects to services", () => {
  for (const act of [
    { kind: "shift", release: 12 },
    { kind: "connections", maxConnections: 64 },
    { kind: "retries", attempts: 1 },
    {
      ...{ kind: "outlier-detection", consecutiveErrors: 5, intervalMs: 5_000, baseEjectionMs: 30_000 },
      maxEjectionPercent: 50,
    },
  ])
    expect(faultsOf({ when: connected, act: act as NoopsRule["act"], only: ["web"] })).toEqual([]);
});

test("the same id twice is a fault, and places name the rule", () => {
  expect(readNoopsRules(document(ruleOf(), ruleOf())).faults).toContainEqual({
    ...{ place: "rules.scale-up.id", fault: "another rule has it already" },
  });
  expect(readNoopsRules(document({ ...ruleOf(), perHour: 0 })).faults[0]?.place).toBe(
    "rules.scale-up.perHour",
  );
  expect(() => parseNoopsRules({})).toThrow("these are no NoOps rules");
});

test("an alert that no rule raises is told apart from a fault", () => {
  const rule = ruleOf({ when: 'alert("backlog-olt").active > 0' });
  expect(readNoopsRules(document(rule)).faults).toEqual([]);
  expect(unknownAlerts([rule], ["backlog-old"])).toEqual([
    { place: "rules.scale-up", fault: "no rule of alerts is named backlog-olt: did you mean backlog-old?" },
  ]);
});

test("a document's name does not change with what it leaves out", () => {
  const { forMs: _, ...sparse } = ruleOf();
  const [one, other] = [document(sparse), document(ruleOf({ forMs: 0 }))].map(parseNoopsRules);
  expect(noopsRuleSetIdOf(one!)).toEqual(noopsRuleSetIdOf(other!));
});

test("changes are told by rule and part", () => {
  const [was, is] = [ruleOf(), ruleOf({ perHour: 2 })];
  expect(noopsRuleChanges([was, ruleOf({ id: "old" })], [is, ruleOf({ id: "new" })])).toEqual([
    ...["old: gone", "scale-up: perHour: 10 → 2", "new: new, armed, scale"],
  ]);
});

test("a rule that was armed by hand is as written once it is another one; dry-run by hand stays", () => {
  const rule = ruleOf({ mode: "approval" });
  const set = (mode: "armed" | "dry-run") => ({
    modes: [{ ruleId: rule.id, mode, form: formOf(rule), by: "ada", atEpochMs: 1, reason: null }],
  });
  expect(modeOf(rule, set("armed"))).toBe("armed");
  expect(modeOf(ruleOf({ mode: "approval", perHour: 2 }), set("armed"))).toBe("approval");
  expect(modeOf(ruleOf({ mode: "approval", perHour: 2 }), set("dry-run"))).toBe("dry-run");
  expect(modeOf(ruleOf({ mode: "armed" }), set("armed"))).toBe("armed");
});
