import { expect, test } from "vitest";
import { alertRulesFormat, messageOfAlert, parseAlertRules, readAlertRules, releaseIdOf } from "./index.ts";
import { rule } from "./rule.fixture.ts";

const document = (...rules: unknown[]) => ({ format: alertRulesFormat, version: 1, rules });
const faultsOf = (...rules: unknown[]) =>
  readAlertRules(document(...rules)).faults.map(({ place, fault }) => `${place}: ${fault}`);

test("a release has the same name however its document was laid out, and another one where a word differs", () => {
  const { onDelayMs, offDelayMs, per, ...sparse } = rule();
  // Releases that know nothing of causes elsewhere keep their names.
  expect(rule()).not.toHaveProperty("suppressedBy");
  expect([onDelayMs, offDelayMs, per]).toEqual([0, 0, "all"]);
  const turned = Object.fromEntries(Object.entries(rule()).toReversed());
  const names = [rule(), sparse, turned].map((one) => releaseIdOf(parseAlertRules(document(one))));
  expect(new Set(names.map(({ sha256 }) => sha256)).size).toBe(1);
  expect(names[0]).toEqual({ version: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(releaseIdOf(parseAlertRules(document(rule({ message: "Other" }))))).not.toEqual(names[0]);
});

test("faults name the rule by its id, and the place in it", () => {
  const { action: _, ...card } = rule().card;
  expect(faultsOf(rule(), { ...rule({ id: "no-action" }), card })).toEqual([
    expect.stringMatching(/^rules\.no-action\.card\.action: /),
  ]);
  expect(faultsOf({ ...rule(), id: "Not An Id" })).toEqual([
    "rules.Not An Id.id: write it as in agent-offline",
  ]);
  expect(readAlertRules("nothing").faults.map(({ place }) => place)).toEqual(["the document"]);
});

test("a card without any of its four answers is refused", () => {
  for (const field of ["cause", "consequence", "action", "respondWithinMinutes"]) {
    const card: Record<string, unknown> = { ...rule().card };
    delete card[field];
    expect(faultsOf({ ...rule(), card }), field).toHaveLength(1);
  }
  expect(faultsOf({ ...rule(), card: { ...rule().card, action: "  " } })).toHaveLength(1);
});

test("a message with a placeholder that nothing fills, or half a brace, is refused", () => {
  expect(
    faultsOf(rule({ message: "{agent} of {site}: {value}", kpi: "agents.offline", per: "site" })),
  ).toEqual(["rules.backlog-old.message: nothing fills {agent}; there are {value}, {limit}, {site}"]);
  expect(faultsOf(rule({ message: "{value is high" }))).toHaveLength(1);
});

test("a message is filled with what is known", () => {
  const facts = { value: "90 s", limit: "60 s", scope: { site: "north" } };
  expect(messageOfAlert("{site}/{agent}: {value} > {limit}", facts)).toBe("north/unknown: 90 s > 60 s");
});

test("ids are unique, parents are there, wider, and nobody's own descendants", () => {
  expect(faultsOf(rule(), rule())).toEqual(["rules.backlog-old.id: another rule has it already"]);
  expect(faultsOf(rule({ parent: "gone" }))).toEqual(["rules.backlog-old.parent: there is no rule gone"]);
  const agent = rule({ id: "agent-offline", kpi: "agents.offline", per: "agent" });
  const reader = rule({
    id: "reader-silent",
    kpi: "taps.in_per_second",
    per: "reader",
    parent: "agent-offline",
  });
  expect(faultsOf(agent, reader)).toEqual([]);
  expect(faultsOf(agent, { ...reader, per: "site" })).toEqual([
    "rules.reader-silent.parent: agent-offline is split by agent, this rule by site: which of its alerts is meant cannot be told",
  ]);
  expect(faultsOf(rule({ id: "one", parent: "two" }), rule({ id: "two", parent: "one" }))).toEqual([
    "rules.one.parent: the rule is its own ancestor",
    "rules.two.parent: the rule is its own ancestor",
  ]);
});

test("causes elsewhere may be of any scope; they are there, named once, and not explained by what they explain", () => {
  const away = { id: "archive-away", kpi: "archive.away_ms", per: "archive" };
  const explained = (...causes: string[]) => rule({ suppressedBy: causes.map((cause) => ({ rule: cause })) });
  expect(faultsOf(rule(away), explained("archive-away"))).toEqual([]);
  expect(explained("archive-away").suppressedBy).toEqual([
    { rule: "archive-away", beforeMs: 120_000, afterMs: 900_000, holdMs: 60_000 },
  ]);
  expect(faultsOf(explained("gone"))).toEqual(["rules.backlog-old.suppressedBy: there is no rule gone"]);
  expect(faultsOf(rule(away), explained("archive-away", "archive-away"))).toEqual([
    "rules.backlog-old.suppressedBy: archive-away is named twice",
  ]);
  expect(faultsOf(explained("backlog-old"))).toEqual([
    "rules.backlog-old.suppressedBy: the rule is its own ancestor",
  ]);
  const back = rule({ ...away, suppressedBy: [{ rule: "between" }] });
  const between = rule({ id: "between", parent: "backlog-old" });
  expect(faultsOf(back, between, explained("archive-away"))).toEqual([
    "rules.archive-away.suppressedBy: the rule is its own ancestor",
    "rules.between.parent: the rule is its own ancestor",
    "rules.backlog-old.suppressedBy: the rule is its own ancestor",
  ]);
});

test("conditions that could never be met, or never be over, are refused", () => {
  const burn = {
    kind: "burn-rate",
    objectiveRatio: 0.999,
    factor: 14.4,
    longMs: 3_600_000,
    shortMs: 300_000,
  };
  const anomaly = { kind: "anomaly", side: "both", deviations: 4, stepMs: 60_000, seasonSteps: 60 };
  const withCondition = (condition: object) =>
    faultsOf({ ...rule({ kpi: "taps.acceptance_ratio" }), condition });
  expect(withCondition({ ...burn, minEvents: 100 })).toEqual([]);
  expect(withCondition(burn), "without a minimum of events").toHaveLength(1);
  expect(withCondition({ ...burn, minEvents: 100, shortMs: 3_600_000 })).toHaveLength(1);
  expect(withCondition({ ...burn, minEvents: 100, objectiveRatio: 0.9 })).toHaveLength(1);
  expect(withCondition(anomaly)).toEqual([]);
  expect(withCondition({ ...anomaly, deadBand: 4 })).toHaveLength(1);
  expect(withCondition({ kind: "threshold", limit: { above: 1, below: 0 } })).toHaveLength(1);
  expect(withCondition({ kind: "threshold", limit: { above: 1 }, deadBand: -1 })).toHaveLength(1);
});

test("a KPI is known, kept for the scope, and has events where a budget is to be spent", () => {
  expect(faultsOf({ ...rule(), kpi: "backlog.weather" })).toHaveLength(1);
  expect(faultsOf(rule({ per: "site" }))).toEqual([
    "rules.backlog-old.per: backlog.oldest_ms is not kept so; there is it by all",
  ]);
  const burn = { kind: "burn-rate", objectiveRatio: 0.999, factor: 6, longMs: 3_600_000, shortMs: 300_000 };
  expect(faultsOf(rule({ condition: { ...burn, minEvents: 100 } }))).toEqual([
    "rules.backlog-old.condition: backlog.oldest_ms is no ratio: it has no events whose budget could be spent",
  ]);
});

test("what a rule is for must be told apart by what it is split by", () => {
  const given = { kpi: "taps.rejected_per_minute", per: "reason", only: { reason: ["bad-signature"] } };
  expect(faultsOf(rule(given))).toEqual([]);
  expect(faultsOf(rule({ ...given, per: "site" }))).toEqual([
    "rules.backlog-old.only.reason: the rule is split by site, which names no reason",
  ]);
});
