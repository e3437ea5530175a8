import fc from "fast-check";
import { expect, test } from "vitest";
import { type KpiScope, scopeKey } from "../kpi/index.ts";
import { evaluated, told } from "./flood.fixture.ts";
import { FloodControl } from "./flood.ts";
import { rule } from "./rule.fixture.ts";
import type { AlertSignal } from "./signal.ts";

const offline = rule({ id: "agent-offline", kpi: "agents.offline", per: "agent" });
const silent = rule({
  id: "reader-silent",
  kpi: "taps.in_per_second",
  per: "reader",
  parent: "agent-offline",
});
const slow = rule({ id: "reader-slow", kpi: "taps.in_per_second", per: "reader", parent: "reader-silent" });
const backlog = rule({ id: "backlog-old" });
const rules = [offline, silent, slow, backlog];

const agent = { site: "north", agent: "gym-7" };
const reader = { ...agent, reader: "r1" };

test("a reader is not silent by itself while its agent is offline: suppressed by design, and let go when that is over", () => {
  const flood = new FloodControl(rules);
  expect(told(flood.take([evaluated("raise", "reader-silent", reader, 0)]))).toEqual(["raise reader-silent"]);
  expect(told(flood.take([evaluated("raise", "agent-offline", agent, 10_000)]))).toEqual([
    "raise agent-offline",
    "suppress reader-silent by agent-offline",
  ]);
  const second = { ...agent, reader: "r2" };
  expect(told(flood.take([evaluated("raise", "reader-silent", second, 11_000)]))).toEqual([
    "raise reader-silent by agent-offline",
  ]);
  expect(told(flood.take([evaluated("clear", "agent-offline", agent, 20_000)]))).toEqual([
    "clear agent-offline",
  ]);
  expect(flood.dueEpochMs).toBe(35_000);
  expect(flood.tick(34_999)).toEqual([]);
  flood.take([evaluated("clear", "reader-silent", second, 34_999)]);
  expect(told(flood.tick(35_000))).toEqual(["unsuppress reader-silent"]);
  expect(flood.dueEpochMs).toBeNull();
});

test.each([
  ["a level is held for 10 s alone", { kpi: "readers.silent", per: "agent" }, 10_000],
  ["its off-delay counts", { kpi: "readers.silent", per: "agent", offDelayMs: 60_000 }, 70_000],
  ["its window counts, too", { kpi: "taps.acceptance_ratio", per: "agent", offDelayMs: 60_000 }, 370_000],
  [
    "of a burn rate the shorter window",
    {
      kpi: "taps.acceptance_ratio",
      per: "agent",
      condition: {
        ...{ kind: "burn-rate", objectiveRatio: 0.99, factor: 6, minEvents: 10 },
        ...{ longMs: 3_600_000, shortMs: 300_000 },
      },
    },
    310_000,
  ],
] as const)(
  "what a parent explained is held until it could have returned by itself: %s",
  (_, given, holdMs) => {
    const flood = new FloodControl([offline, rule({ id: "below", parent: "agent-offline", ...given })]);
    flood.take([evaluated("raise", "agent-offline", agent, 0), evaluated("raise", "below", agent, 0)]);
    flood.take([evaluated("clear", "agent-offline", agent, 0)]);
    expect(flood.dueEpochMs).toBe(holdMs);
  },
);

test("a cause and its consequence that are found at once call once", () => {
  const flood = new FloodControl(rules);
  const both = [
    evaluated("raise", "reader-silent", reader, 0),
    evaluated("raise", "agent-offline", agent, 0),
  ];
  expect(told(flood.take(both))).toEqual(["raise agent-offline", "raise reader-silent by agent-offline"]);
});

test("another agent's readers, and a cause that comes back in time, change nothing", () => {
  const flood = new FloodControl(rules);
  flood.take([evaluated("raise", "agent-offline", agent, 0)]);
  const other = { site: "north", agent: "gym-8", reader: "r1" };
  expect(told(flood.take([evaluated("raise", "reader-silent", other, 1)]))).toEqual(["raise reader-silent"]);
  flood.take([evaluated("raise", "reader-silent", reader, 2)]);
  flood.take([evaluated("clear", "agent-offline", agent, 3)]);
  expect(told(flood.take([evaluated("raise", "agent-offline", agent, 5_000)]))).toEqual([
    "raise agent-offline",
  ]);
  expect(flood.tick(60_000)).toEqual([]);
});

test("the nearest active cause suppresses, over one that is not active itself", () => {
  const flood = new FloodControl(rules);
  flood.take([evaluated("raise", "agent-offline", agent, 0)]);
  expect(told(flood.take([evaluated("raise", "reader-slow", reader, 1)]))).toEqual([
    "raise reader-slow by agent-offline",
  ]);
  expect(told(flood.take([evaluated("raise", "reader-silent", reader, 2)]))).toEqual([
    "raise reader-silent by agent-offline",
    "suppress reader-slow by reader-silent",
  ]);
  expect(told(flood.take([evaluated("clear", "reader-silent", reader, 3)]))).toEqual([
    "clear reader-silent",
    "suppress reader-slow by agent-offline",
  ]);
});

test("a clock that went back holds nobody", () => {
  const flood = new FloodControl(rules);
  flood.take([evaluated("raise", "agent-offline", agent, 100_000)]);
  flood.take([evaluated("raise", "reader-silent", reader, 100_000)]);
  flood.take([evaluated("clear", "agent-offline", agent, 100_001)]);
  expect(told(flood.tick(50))).toEqual(["unsuppress reader-silent"]);
});

const groupOf = (signals: readonly AlertSignal[]) =>
  signals.flatMap((one) => (one.kind === "raise" ? [[one.group, one.firstOut] as const] : []))[0];

test("alerts that begin together at one site, or beside one of the installation, are one group with its first marked", () => {
  const flood = new FloodControl(rules);
  const south = { site: "south", agent: "gym-9" };
  const first = groupOf(flood.take([evaluated("raise", "agent-offline", agent, 0)]));
  expect(first).toEqual(["agent-offline|agent=gym-7;site=north|0", true]);
  const others = [
    groupOf(flood.take([evaluated("raise", "reader-silent", reader, 4_000)])),
    groupOf(flood.take([evaluated("raise", "agent-offline", south, 4_000)])),
    groupOf(flood.take([evaluated("raise", "backlog-old", {}, 5_000)])),
  ];
  expect(others.map((one) => one?.[1])).toEqual([false, true, false]);
  expect(others.map((one) => one?.[0] === first?.[0])).toEqual([true, false, true]);
});

test("who comes 5 s after the last, or a minute after the first, begins a group of their own", () => {
  const flood = new FloodControl(rules);
  const groups = [0, 5_000, 10_001].map((at, index) =>
    groupOf(flood.take([evaluated("raise", "reader-silent", { ...agent, reader: `r${index}` }, at)])),
  );
  expect(groups.map((one) => one?.[1])).toEqual([true, false, true]);
  const endless = Array.from({ length: 100 }, (_, index) =>
    groupOf(
      flood.take([
        evaluated("raise", "reader-slow", { ...agent, reader: `r${index}` }, 100_000 + index * 1_000),
      ]),
    ),
  );
  expect(endless.filter((one) => one?.[1])).toHaveLength(2);
});

test("what was active before a restart suppresses as before, and other rules may end that", () => {
  const flood = new FloodControl(rules);
  const by = { ruleId: "agent-offline", scopeKey: scopeKey(agent) };
  const shared = { group: "g", firstOut: false, breachedAtEpochMs: 0 };
  const standing = [
    { ...shared, ruleId: "agent-offline", scope: agent, suppressedBy: null },
    { ...shared, ruleId: "reader-silent", scope: reader, suppressedBy: by },
  ];
  expect(flood.adopt(standing, 0)).toEqual([]);
  expect(flood.change(rules, 0)).toEqual([]);
  expect(flood.change([offline, { ...silent, parent: "gone" }], 0)).toEqual([]);
  expect(told(flood.tick(15_000))).toEqual(["unsuppress reader-silent"]);
  expect(told(flood.change(rules, 20_000))).toEqual(["suppress reader-silent by agent-offline"]);
});

/** What suppresses an alert, as the rules above have it. */
function causesOf(ruleId: string, scope: KpiScope): string[] {
  const { reader: _, ...ofAgent } = scope;
  const agentOffline = `agent-offline ${scopeKey(ofAgent)}`;
  if (ruleId === "reader-slow") return [`reader-silent ${scopeKey(scope)}`, agentOffline];
  return ruleId === "reader-silent" ? [agentOffline] : [];
}

test("whatever comes in whatever order, in the end who is suppressed is who has an active cause", () => {
  const act = fc.record({
    which: fc.nat(3),
    agent: fc.constantFrom("a", "b"),
    reader: fc.constantFrom("1", "2"),
    afterMs: fc.nat(15_000),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 80 }), (acts) => {
      const flood = new FloodControl(rules);
      const active = new Map<string, { ruleId: string; scope: KpiScope; suppressed: boolean }>();
      const follow = (signals: readonly AlertSignal[]) => {
        for (const one of signals) {
          const key = `${one.ruleId} ${one.scopeKey}`;
          const known = active.get(key);
          if (one.kind === "raise")
            active.set(key, { ruleId: one.ruleId, scope: one.scope, suppressed: one.suppressedBy !== null });
          else if (one.kind === "clear") active.delete(key);
          else if (known === undefined) throw new Error(`${one.kind} of ${key}, which is not active`);
          else known.suppressed = one.kind === "suppress";
        }
      };
      let nowMs = 0;
      for (const { which, afterMs, ...names } of acts) {
        nowMs += afterMs;
        const one = rules[which] ?? backlog;
        const all = { site: "s", ...names };
        const scope =
          one.per === "all" ? {} : one.per === "agent" ? { site: all.site, agent: all.agent } : all;
        const isActive = active.has(`${one.id} ${scopeKey(scope)}`);
        follow(flood.take([evaluated(isActive ? "clear" : "raise", one.id, scope, nowMs)]));
      }
      follow(flood.tick(nowMs + 15_000));
      for (const { ruleId, scope, suppressed } of active.values())
        expect(suppressed, `${ruleId} ${scopeKey(scope)}`).toBe(
          causesOf(ruleId, scope).some((cause) => active.has(cause)),
        );
    }),
  );
});

test("what an active cause suppresses is of its group, and never the first of it", () => {
  const flood = new FloodControl(rules);
  const own = groupOf(flood.take([evaluated("raise", "reader-silent", reader, 0)]));
  expect(own?.[1]).toBe(true);
  const [cause, consequence] = flood.take([evaluated("raise", "agent-offline", agent, 10_000)]);
  const group = cause?.kind === "raise" ? cause.group : "none";
  expect(group).not.toBe(own?.[0]);
  expect(consequence).toMatchObject({ kind: "suppress", ruleId: "reader-silent", group });
  const late = groupOf(
    flood.take([evaluated("raise", "reader-silent", { ...agent, reader: "r2" }, 600_000)]),
  );
  expect(late).toEqual([group, false]);
});

test("a cause that is found later than what it explains is the first of their group, and so is a cause of that one", () => {
  const flood = new FloodControl([slow, silent, offline, backlog]);
  const [first] = flood.take([evaluated("raise", "reader-slow", reader, 0)]);
  const group = first?.kind === "raise" ? first.group : "none";
  expect(first).toMatchObject({ firstOut: true });
  expect(flood.take([evaluated("raise", "reader-silent", reader, 2_000)])).toMatchObject([
    { kind: "raise", ruleId: "reader-silent", group, firstOut: true },
    { kind: "suppress", ruleId: "reader-slow", group },
  ]);
  expect(flood.take([evaluated("raise", "agent-offline", agent, 4_000)])).toMatchObject([
    { kind: "raise", ruleId: "agent-offline", group, firstOut: true },
    { kind: "suppress", ruleId: "reader-silent", group },
  ]);
  expect(flood.take([evaluated("raise", "backlog-old", {}, 5_000)])).toMatchObject([
    { group, firstOut: false },
  ]);
});

test("a cause in a group whose first it does not explain is not the first of it, also after a restart", () => {
  const shared = { breachedAtEpochMs: 0, suppressedBy: null };
  for (const isAdopted of [false, true]) {
    const flood = new FloodControl(rules);
    const [first] = flood.take([evaluated("raise", "backlog-old", {}, 0)]);
    const group = first?.kind === "raise" ? first.group : "none";
    flood.take([evaluated("raise", "reader-silent", reader, 1_000)]);
    if (isAdopted)
      flood.adopt(
        [
          { ...shared, ruleId: "backlog-old", scope: {}, group, firstOut: true },
          { ...shared, ruleId: "reader-silent", scope: reader, group, firstOut: false },
        ],
        2_000,
      );
    expect(flood.take([evaluated("raise", "agent-offline", agent, 3_000)])).toMatchObject([
      { kind: "raise", group, firstOut: false },
      { kind: "suppress", ruleId: "reader-silent", group },
    ]);
  }
});

test("ten thousand alerts at once at one site are one group", () => {
  const flood = new FloodControl(rules);
  const groups = Array.from({ length: 10_000 }, (_, index) =>
    groupOf(
      flood.take([
        evaluated("raise", "reader-silent", { ...agent, reader: `r${index}` }, Math.floor(index / 100)),
      ]),
    ),
  );
  expect(new Set(groups.map((one) => one?.[0])).size).toBe(1);
  expect(groups.filter((one) => one?.[1])).toHaveLength(1);
});
