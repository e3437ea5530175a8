import fc from "fast-check";
import { expect, test } from "vitest";
import { scopeKey } from "../kpi/index.ts";
import { evaluated, told } from "./flood.fixture.ts";
import { FloodControl } from "./flood.ts";
import { rule } from "./rule.fixture.ts";
import type { AlertSignal } from "./signal.ts";

const minuteMs = 60_000;
const away = rule({ id: "archive-away", kpi: "archive.away_ms", per: "archive" });
const backlog = rule({
  suppressedBy: [{ rule: "archive-away", beforeMs: 2 * minuteMs, afterMs: 15 * minuteMs, holdMs: minuteMs }],
});
const rules = [backlog, away];
const [main, spare] = [{ archive: "main" }, { archive: "spare" }];

test("an archive that is away explains a backlog that comes minutes later, on a scope that has nothing to do with archives", () => {
  const flood = new FloodControl(rules);
  const [cause] = flood.take([evaluated("raise", "archive-away", main, 0)]);
  const later = flood.take([evaluated("raise", "backlog-old", {}, 6 * minuteMs)]);
  expect(told(later)).toEqual(["raise backlog-old by archive-away"]);
  expect(later[0]).toMatchObject({
    suppressedBy: { ruleId: "archive-away", scopeKey: "archive=main" },
    group: cause?.kind === "raise" ? cause.group : "none",
    firstOut: false,
  });
});

test("a consequence that was raised first calls no further once its cause is raised", () => {
  const flood = new FloodControl(rules);
  expect(told(flood.take([evaluated("raise", "backlog-old", {}, minuteMs)]))).toEqual(["raise backlog-old"]);
  const late = flood.take([evaluated("raise", "archive-away", main, 2 * minuteMs)]);
  expect(told(late)).toEqual(["raise archive-away", "suppress backlog-old by archive-away"]);
});

test("a cause elsewhere that is found seconds after what it explains takes over the mark of their group", () => {
  const flood = new FloodControl(rules);
  const [early] = flood.take([evaluated("raise", "backlog-old", {}, minuteMs)]);
  const group = early?.kind === "raise" ? early.group : "none";
  expect(early).toMatchObject({ firstOut: true });
  expect(flood.take([evaluated("raise", "archive-away", main, minuteMs + 5_000)])).toMatchObject([
    { kind: "raise", ruleId: "archive-away", group, firstOut: true, suppressedBy: null },
    { kind: "suppress", ruleId: "backlog-old", group },
  ]);
});

test.each([
  ["long before its cause", 0, 2 * minuteMs + 1],
  ["long after it", 15 * minuteMs + 1, 0],
])("what began %s is something else, and calls", (_, consequenceAt, causeAt) => {
  const flood = new FloodControl(rules);
  const one = evaluated("raise", "backlog-old", {}, 20 * minuteMs, consequenceAt);
  const other = evaluated("raise", "archive-away", main, 20 * minuteMs, causeAt);
  expect(told(flood.take([one, other]))).toEqual(["raise archive-away", "raise backlog-old"]);
});

test("one that stays when its cause is over calls after a while, one that is over by then does not", () => {
  for (const stays of [true, false]) {
    const flood = new FloodControl(rules);
    flood.take([evaluated("raise", "archive-away", main, 0)]);
    flood.take([evaluated("raise", "backlog-old", {}, minuteMs)]);
    expect(told(flood.take([evaluated("clear", "archive-away", main, 2 * minuteMs)]))).toEqual([
      "clear archive-away",
    ]);
    expect(flood.dueEpochMs).toBe(3 * minuteMs);
    expect(flood.tick(3 * minuteMs - 1)).toEqual([]);
    if (!stays) flood.take([evaluated("clear", "backlog-old", {}, 3 * minuteMs - 1)]);
    expect(told(flood.tick(3 * minuteMs))).toEqual(stays ? ["unsuppress backlog-old"] : []);
    expect(flood.dueEpochMs).toBeNull();
  }
});

test("of two causes the other one goes on explaining; a cause that comes back in time is as if it had stayed", () => {
  const flood = new FloodControl(rules);
  flood.take([evaluated("raise", "archive-away", main, 0), evaluated("raise", "archive-away", spare, 1)]);
  flood.take([evaluated("raise", "backlog-old", {}, minuteMs)]);
  const [, other] = flood.take([evaluated("clear", "archive-away", main, 2 * minuteMs)]);
  expect(other).toMatchObject({ kind: "suppress", suppressedBy: { scopeKey: "archive=spare" } });
  flood.take([evaluated("clear", "archive-away", spare, 3 * minuteMs)]);
  expect(told(flood.take([evaluated("raise", "archive-away", spare, 3 * minuteMs + 1)]))).toEqual([
    "raise archive-away",
  ]);
  expect(flood.tick(60 * minuteMs)).toEqual([]);
});

test("what was active before a restart is explained as before, by when its breach began", () => {
  const flood = new FloodControl(rules);
  const by = { ruleId: "archive-away", scopeKey: scopeKey(main) };
  const shared = { group: "g", firstOut: false, breachedAtEpochMs: 0 };
  const standing = [
    { ...shared, ruleId: "backlog-old", scope: {}, suppressedBy: by },
    { ...shared, ruleId: "archive-away", scope: main, suppressedBy: null },
  ];
  expect(flood.adopt(standing, 0)).toEqual([]);
  expect(flood.change(rules, 60 * minuteMs)).toEqual([]);
  expect(told(flood.take([evaluated("clear", "archive-away", main, 61 * minuteMs)]))).toEqual([
    "clear archive-away",
  ]);
  expect(told(flood.tick(62 * minuteMs))).toEqual(["unsuppress backlog-old"]);
});

const orphan = {
  ...{ ruleId: "backlog-old", scope: {}, group: "g", firstOut: false, breachedAtEpochMs: minuteMs },
  suppressedBy: { ruleId: "archive-away", scopeKey: scopeKey(main) },
};

test("one whose cause was over before a restart calls after a while, also where its breach is told anew", () => {
  for (const isToldAnew of [false, true]) {
    const flood = new FloodControl(rules);
    expect(flood.adopt([orphan], 2 * minuteMs)).toEqual([]);
    if (isToldAnew) flood.take([evaluated("raise", "backlog-old", {}, 2 * minuteMs, minuteMs)]);
    expect(flood.tick(3 * minuteMs - 1)).toEqual([]);
    expect(told(flood.tick(3 * minuteMs))).toEqual(["unsuppress backlog-old"]);
  }
});

test("one that is held is so no longer where it is asked meanwhile what stands, and which rules are in force", () => {
  const flood = new FloodControl(rules);
  flood.take([evaluated("raise", "archive-away", main, 0), evaluated("raise", "backlog-old", {}, minuteMs)]);
  flood.take([evaluated("clear", "archive-away", main, 2 * minuteMs)]);
  expect(flood.change(rules, 2.5 * minuteMs)).toEqual([]);
  expect(flood.adopt([orphan], 2.5 * minuteMs)).toEqual([]);
  expect(told(flood.tick(3 * minuteMs))).toEqual(["unsuppress backlog-old"]);
});

test("a cause that is known by its telemetry alone suppresses what a restart finds", () => {
  const flood = new FloodControl(rules);
  flood.adopt([orphan], 2 * minuteMs);
  expect(told(flood.take([evaluated("raise", "archive-away", main, 2 * minuteMs, 0)]))).toEqual([
    "raise archive-away",
  ]);
  expect(flood.tick(9 * minuteMs)).toEqual([]);
});

test("whatever comes in whatever order, in the end what began about when an active cause did is suppressed, and nothing where there is none", () => {
  const act = fc.record({
    which: fc.constantFrom("backlog", "main", "spare"),
    afterMs: fc.nat(8 * minuteMs),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const flood = new FloodControl(rules);
      const begun = new Map<string, number>();
      let isSuppressed = false;
      const follow = (signals: readonly AlertSignal[]) => {
        for (const one of signals) {
          if (one.ruleId !== "backlog-old") continue;
          isSuppressed = one.kind === "suppress" || (one.kind === "raise" && one.suppressedBy !== null);
        }
      };
      let nowMs = 0;
      for (const { which, afterMs } of acts) {
        nowMs += afterMs;
        const [id, scope] = which === "backlog" ? ["backlog-old", {}] : ["archive-away", { archive: which }];
        const kind = begun.has(which) ? "clear" : "raise";
        if (kind === "clear") begun.delete(which);
        else begun.set(which, nowMs);
        follow(flood.take([evaluated(kind, id, scope, nowMs)]));
      }
      follow(flood.tick(nowMs + minuteMs));
      const backlogAt = begun.get("backlog");
      const explains = (at: number) =>
        backlogAt !== undefined && backlogAt - at <= 15 * minuteMs && at - backlogAt <= 2 * minuteMs;
      const causes = [begun.get("main"), begun.get("spare")].filter((at) => at !== undefined);
      if (causes.some(explains)) expect(isSuppressed).toBe(true);
      if (causes.length === 0) expect(isSuppressed).toBe(false);
    }),
  );
});
