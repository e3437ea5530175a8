import fc from "fast-check";
import { expect, test } from "vitest";
import { alertHealth, type HealthTransition } from "./health.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const span = { fromEpochMs: 0, untilEpochMs: dayMs, operators: 1, active: [] };

function raised(atEpochMs: number, given: Partial<HealthTransition> = {}): HealthTransition {
  return {
    ...{
      ruleId: "backlog-old",
      scopeKey: "",
      severity: "warning",
      kind: "raised",
      to: "active-unacknowledged",
    },
    atEpochMs,
    ...given,
  };
}
const many = (count: number, atEpochMs: number, stepMs = 1_000) =>
  Array.from({ length: count }, (_, index) =>
    raised(atEpochMs + index * stepMs, { scopeKey: `site=${index}` }),
  );

test("what calls counts: what is suppressed, shelved or only returns does not, what is let go does", () => {
  const transitions = [
    raised(0),
    raised(1, { to: "suppressed" }),
    raised(2, { to: "shelved" }),
    raised(3, { kind: "returned", to: "returned-unacknowledged" }),
    raised(4, { kind: "unsuppressed", severity: "critical" }),
    raised(5, { kind: "acknowledged", to: "acknowledged" }),
    raised(dayMs),
    raised(-1),
  ];
  const health = alertHealth({ ...span, transitions });
  expect(health).toMatchObject({ annunciated: 2, severities: { critical: 1, warning: 1, info: 0 } });
  expect(health.perOperatorPer10Min).toEqual({ mean: 2 / 144, max: 2 });
});

test("more than 10 calls in 10 minutes are a flood, until fewer than 5 come; two share twice as many", () => {
  const minutes = (count: number) => count * minuteMs;
  const transitions = [
    ...many(10, 0),
    ...many(11, minutes(30)),
    ...many(5, minutes(40)),
    ...many(4, minutes(50)),
  ];
  const health = alertHealth({ ...span, transitions });
  expect(health.floods).toEqual([{ fromEpochMs: minutes(30), untilEpochMs: minutes(50), alerts: 16 }]);
  expect(health.floodRatio).toBe(2 / 144);
  expect(alertHealth({ ...span, transitions, operators: 2 })).toMatchObject({
    floods: [],
    perOperatorPer10Min: { max: 5.5 },
  });
});

test("three raises of one alert within 60 s are chatter, those of three alerts are not", () => {
  const site = { scopeKey: "site=north" };
  const chatter = [raised(0, site), raised(30_000, site), raised(60_000, site), raised(5_000_000, site)];
  const slow = [raised(0), raised(30_001), raised(60_001)];
  const transitions = [...chatter.toReversed(), ...slow, ...many(3, 0)];
  expect(alertHealth({ ...span, transitions }).chattering).toEqual([
    { ruleId: "backlog-old", scopeKey: "site=north", times: 4 },
  ]);
});

test("what stands for more than 24 h is stale, the oldest first", () => {
  const standing = (raisedAtEpochMs: number) => ({
    ruleId: "a",
    scopeKey: "",
    severity: "info" as const,
    raisedAtEpochMs,
  });
  const active = [standing(dayMs), standing(500), standing(-dayMs), standing(-500)];
  const { stale } = alertHealth({ ...span, active, untilEpochMs: dayMs + 500, transitions: [] });
  expect(stale.map(({ raisedAtEpochMs }) => raisedAtEpochMs)).toEqual([-dayMs, -500]);
});

test("the ten rules that called most, and their share", () => {
  const transitions = Array.from({ length: 12 }, (_, rule) => rule).flatMap((rule) =>
    Array.from({ length: rule + 1 }, (_, index) => raised(index * 3_600_000, { ruleId: `r${rule}` })),
  );
  const health = alertHealth({ ...span, transitions });
  expect(health.top.map(({ times }) => times)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
  expect(health.top[0]).toEqual({ ruleId: "r11", times: 12 });
  expect(health.topRatio).toBe(75 / 78);
  expect(alertHealth({ ...span, transitions: [] }).topRatio).toBeNull();
});

test("whatever happened, the measures hang together, and the order in which it is told does not matter", () => {
  const kinds = fc.constantFrom("raised", "returned", "acknowledged", "unsuppressed" as const);
  const states = fc.constantFrom("active-unacknowledged", "suppressed", "normal" as const);
  const one = fc.record({
    ruleId: fc.constantFrom("a", "b", "c"),
    scopeKey: fc.constantFrom("", "site=x"),
    severity: fc.constantFrom("critical", "warning", "info" as const),
    ...{ kind: kinds, to: states },
    atEpochMs: fc.nat(2 * dayMs),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 200 }), (transitions) => {
      const health = alertHealth({ ...span, transitions });
      const sum = Object.values(health.severities).reduce((a, b) => a + b, 0);
      expect(sum).toBe(health.annunciated);
      expect(health.top.reduce((total, { times }) => total + times, 0)).toBe(health.annunciated);
      expect(health.floodRatio).toBeLessThanOrEqual(1);
      expect(health.perOperatorPer10Min.max).toBeGreaterThanOrEqual(health.perOperatorPer10Min.mean);
      const turned = alertHealth({ ...span, transitions: transitions.toReversed() });
      expect({ ...turned, chattering: [] }).toEqual({ ...health, chattering: [] });
      expect(turned.chattering).toHaveLength(health.chattering.length);
    }),
  );
});

test("no span, or nobody on shift, is refused", () => {
  expect(() => alertHealth({ ...span, untilEpochMs: 0, transitions: [] })).toThrow(RangeError);
  expect(() => alertHealth({ ...span, operators: 0, transitions: [] })).toThrow(RangeError);
});
