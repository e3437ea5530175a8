import fc from "fast-check";
import { expect, test } from "vitest";
import type { KpiSample, KpiScope } from "../kpi/index.ts";
import { RuleEngine } from "./evaluator.ts";
import { replay } from "./replay.ts";
import { rule } from "./rule.fixture.ts";
import type { AlertRule } from "./rule.ts";
import type { Evaluated } from "./signal.ts";

const start = 1_800_000_000_000;

function engineOf(rules: readonly AlertRule[], nowEpochMs = start): RuleEngine {
  const onRefused = () => {
    throw new Error("no scope is to be refused here");
  };
  return new RuleEngine(rules, { maxWatches: 1_000, onRefused }, nowEpochMs);
}

/** A sample `atMs` after the start. */
function sample(atMs: number, value: number | null, given: Partial<KpiSample> = {}): KpiSample {
  return { kpi: "backlog.oldest_ms", scope: {}, atEpochMs: start + atMs, value, ...given };
}

const offline = (atMs: number, value: number | null, scope: KpiScope) =>
  sample(atMs, value, { kpi: "agents.offline", scope });
const north = { site: "north", agent: "gym-7" };
/** "raise 10000" by ms since the start. */
const told = (signals: readonly Evaluated[]) =>
  signals.map(({ kind, atEpochMs }) => `${kind} ${atEpochMs - start}`);
const delayed = rule({
  ...{ onDelayMs: 10_000, offDelayMs: 5_000 },
  condition: { kind: "threshold", limit: { above: 100 }, deadBand: 10 },
});

test("delays are exact to the millisecond, and what does not last raises and clears nothing", () => {
  const engine = engineOf([delayed]);
  const series = [
    ...[sample(0, 101), sample(9_999, 90), sample(10_000, 200), sample(15_000, 300), sample(19_999, 150)],
    ...[sample(30_000, 90), sample(34_999, 101), sample(40_000, 90)],
  ];
  const signals = replay(engine, series, start + 60_000);
  expect(told(signals)).toEqual(["raise 20000", "clear 45000"]);
  expect(signals).toMatchObject([
    {
      ruleId: "backlog-old",
      scope: {},
      scopeKey: "",
      value: 150,
      limit: 100,
      breachedAtEpochMs: start + 10_000,
    },
    { value: 90, peakValue: 300, because: "in-order" },
  ]);
});

test("what has come back into the dead band by the end of the delay is raised with how far it was, above and below", () => {
  const below = rule({
    ...{ id: "acceptance-low", kpi: "taps.acceptance_ratio", onDelayMs: 10_000 },
    condition: { kind: "threshold", limit: { below: 0.9 }, deadBand: 0.05 },
  });
  const ratio = (atMs: number, value: number) => sample(atMs, value, { kpi: "taps.acceptance_ratio" });
  const series = [sample(0, 130), ratio(0, 0.7), sample(5_000, 95), ratio(5_000, 0.92)];
  const signals = replay(engineOf([delayed, below]), series, start + 12_000);
  expect(signals.map(({ kind, ruleId, value }) => [kind, ruleId, value])).toEqual([
    ["raise", "backlog-old", 130],
    ["raise", "acceptance-low", 0.7],
  ]);
});

test("a rule that is off watches nothing, and what stands of it is over when it is switched off", () => {
  const engine = engineOf([{ ...delayed, onDelayMs: 0 }]);
  expect(told(engine.take(sample(0, 200), start))).toEqual(["raise 0"]);
  expect(engine.change([{ ...delayed, off: true }], start + 1_000)).toMatchObject([
    { kind: "clear", because: "unwatched" },
  ]);
  expect(engine.watches).toBe(0);
  expect(engine.take(sample(2_000, 500), start + 2_000)).toEqual([]);
});

test("without delays a sample tells at once, and of samples at the same moment the last one counts", () => {
  const engine = engineOf([rule()]);
  const signals = replay(engine, [sample(5, 70_000), sample(5, 1), sample(5, 80_000)], start + 10);
  expect(told(signals)).toEqual(["raise 5", "clear 5", "raise 5"]);
});

const steps = fc.array(fc.tuple(fc.nat(8_000), fc.option(fc.integer({ min: 80, max: 110 }), { freq: 3 })), {
  maxLength: 60,
});

test("an alert is raised when, and only when, the breach has lasted, as recounted from all samples", () => {
  fc.assert(
    fc.property(steps, (drawn) => {
      let atMs = 0;
      const series = drawn.map(([afterMs, value]) => {
        atMs += afterMs;
        return sample(atMs, value);
      });
      const signals = replay(engineOf([delayed]), series, start + atMs + 60_000);
      expect(told(signals)).toEqual(recounted(series, atMs + 60_000));
    }),
  );
});

/** What the delayed rule tells, ms by ms. */
function recounted(series: readonly KpiSample[], untilMs: number): string[] {
  const signals: string[] = [];
  let [active, breached, known, sinceMs] = [false, false, false, 0];
  let next = 0;
  for (let nowMs = 0; nowMs <= untilMs; nowMs++) {
    const settle = () => {
      if (known && breached !== active && nowMs - sinceMs >= (breached ? 10_000 : 5_000)) {
        active = breached;
        signals.push(`${active ? "raise" : "clear"} ${nowMs}`);
      }
    };
    settle();
    for (let one = series[next]; one !== undefined && one.atEpochMs === start + nowMs; one = series[++next]) {
      known = one.value !== null;
      if (one.value === null) continue;
      const is = one.value > (breached ? 90 : 100);
      if (is !== breached) sinceMs = nowMs;
      breached = is;
      settle();
    }
  }
  return signals;
}

test("each scope has an alert of its own, and a rule sees the scopes of its kind alone", () => {
  const perAgent = rule({ id: "agent-offline", kpi: "agents.offline", per: "agent", condition: above(0) });
  const engine = engineOf([perAgent]);
  const south = { site: "south", agent: "gym-8" };
  const signals = replay(
    engine,
    [
      offline(1, 1, north),
      offline(2, 5, { site: "north" }),
      offline(3, 9, {}),
      offline(4, 0, south),
      offline(5, 1, south),
    ],
    start + 10,
  );
  expect(signals.map(({ scopeKey, scope }) => [scopeKey, scope])).toEqual([
    ["agent=gym-7;site=north", north],
    ["agent=gym-8;site=south", south],
  ]);
  expect(engine.watches).toBe(2);
});

test("a rule that is for some scopes alone watches no others", () => {
  const given = { id: "forged", kpi: "taps.rejected_per_minute", per: "reason", condition: above(0) };
  const engine = engineOf([rule({ ...given, only: { reason: ["bad-signature"] } })]);
  const rejected = (reason: string) => sample(0, 5, { kpi: "taps.rejected_per_minute", scope: { reason } });
  expect(engine.take(rejected("schema"), start)).toEqual([]);
  expect(engine.watches).toBe(0);
  expect(engine.take(rejected("bad-signature"), start)).toMatchObject([{ ruleId: "forged" }]);
});

function above(limit: number): unknown {
  return { kind: "threshold", limit: { above: limit } };
}

const silence = rule({
  id: "agent-unheard",
  kpi: "agents.online",
  per: "agent",
  condition: { kind: "absence", afterMs: 30_000 },
});

test("who never spoke is missed once it was expected, and what is forgotten is missed no longer", () => {
  const engine = engineOf([silence]);
  engine.expect("agents.online", north, start);
  expect(told(replay(engine, [], start + 60_000))).toEqual(["raise 30000"]);
  expect(engine.forget({ site: "south" }, start + 61_000)).toEqual([]);
  expect(engine.forget({ site: "north" }, start + 62_000)).toMatchObject([
    { kind: "clear", because: "unwatched", scope: north, value: null },
  ]);
  expect([engine.watches, engine.dueEpochMs]).toEqual([0, null]);
});

test("the silence of the whole installation is missed without anybody being expected", () => {
  const all = rule({ condition: { kind: "absence", afterMs: 30_000 } });
  expect(told(replay(engineOf([all]), [sample(5_000, 0), sample(20_000, null)], start + 90_000))).toEqual([
    "raise 50000",
  ]);
});

test("a clock that jumps by a day, either way, and back raises nothing that is not so, and delays no more than once", () => {
  const engine = engineOf([delayed, silence]);
  const online = (atMs: number, value: number | null) =>
    sample(atMs, value, { kpi: "agents.online", scope: north });
  const dayMs = 86_400_000;
  for (const jumpMs of [dayMs, -dayMs, 0, 1_000_000]) {
    for (let atMs = 0; atMs < 20_000; atMs += 2_000)
      for (const value of [1, null])
        expect(engine.take(online(atMs, value), start + jumpMs + atMs), `${jumpMs} ${atMs}`).toEqual([]);
  }
  const jumped = start - dayMs;
  engine.take(sample(0, 200), start + 1_020_000);
  expect(engine.take(online(0, 1), jumped)).toEqual([]);
  const due = engine.dueEpochMs ?? 0;
  expect(due).toBe(jumped + 10_000);
  expect(engine.tick(due)).toMatchObject([{ kind: "raise", ruleId: "backlog-old" }]);
});

test("scopes beyond the bound are refused, and it is said so at the first, the second, the fourth", () => {
  const refused: number[] = [];
  const perSite = rule({ id: "sites", kpi: "agents.offline", per: "site", condition: above(0) });
  const onRefused = (one: { refusedInAll: number }) => refused.push(one.refusedInAll);
  const engine = new RuleEngine([perSite], { maxWatches: 3, onRefused }, start);
  const signals = Array.from({ length: 9 }, (_, index) =>
    engine.take(offline(index, 1, { site: `s${index}` }), start),
  );
  expect(signals.map((one) => one.length)).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0]);
  expect(refused).toEqual([1, 2, 4]);
  engine.forget({ site: "s0" }, start);
  expect(engine.take(offline(0, 1, { site: "s9" }), start)).toHaveLength(1);
});

test("alerts that were active before a restart are cleared once that is known, and at once where their rule is gone", () => {
  const engine = engineOf([rule()]);
  const signals = engine.adopt(
    [
      { ruleId: "backlog-old", scope: {} },
      { ruleId: "gone", scope: north },
    ],
    start,
  );
  expect(signals).toMatchObject([
    { kind: "clear", ruleId: "gone", scopeKey: "agent=gym-7;site=north", because: "unwatched" },
  ]);
  expect(engine.take(sample(1, 70_000), start + 1), "it stands, and is not raised twice").toEqual([]);
  expect(engine.take(sample(2, null), start + 2)).toEqual([]);
  expect(engine.take(sample(3, 60_000), start + 3)).toMatchObject([{ kind: "clear", because: "in-order" }]);
});

test("with other rules, what evaluates as before goes on, what changed is judged anew, and what is gone is cleared", () => {
  const [same, stricter, gone] = ["same", "stricter", "gone"].map((id) => ({ ...delayed, id }));
  if (!same || !stricter || !gone) throw new Error("unreachable");
  const engine = engineOf([same, stricter, gone]);
  expect(replay(engine, [sample(0, 200)], start + 10_000)).toHaveLength(3);
  engine.take(sample(11_000, 80), start + 11_000);
  const next = [
    { ...same, message: "Other words" },
    { ...stricter, condition: { kind: "threshold", limit: { above: 50 }, deadBand: 0 } as const },
  ];
  expect(engine.change(next, start + 12_000)).toMatchObject([
    { kind: "clear", ruleId: "gone", because: "unwatched" },
  ]);
  const later = replay(engine, [sample(13_000, 80), sample(20_000, 40)], start + 60_000);
  expect(later.map(({ kind, ruleId, atEpochMs }) => [kind, ruleId, atEpochMs - start])).toEqual([
    ["clear", "same", 16_000],
    ["clear", "stricter", 25_000],
  ]);
});
