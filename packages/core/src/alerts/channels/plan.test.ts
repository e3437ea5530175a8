import fc from "fast-check";
import { expect, test } from "vitest";
import { breach, offline, person, watch } from "../alert.fixture.ts";
import {
  type Alert,
  type AlertAct,
  type AlertEvent,
  applyAct,
  applyEvent,
  type Call,
  idleChannels,
  isHeld,
  isOpen,
  openAlert,
  planDeliveries,
  routeNames,
  routingFaults,
  unknownRoutes,
} from "../index.ts";
import { rule } from "../rule.fixture.ts";
import { channels } from "./channels.fixture.ts";

const at = Date.parse("2026-11-30T09:00:00+01:00");
const by = { atEpochMs: at, actor: watch };
const names = ["ada-mail", "room", "on-call"];
const opened = openAlert("01936f2b-7a00-7000-8000-000000000001", breach, by).alert;
const clear: AlertEvent = { kind: "clear", value: 1, peakValue: null, note: null };
const acknowledge: AlertAct = { kind: "acknowledge", note: null };

const on = (alert: Alert, event: AlertEvent): Alert => applyEvent(alert, event, by)?.alert ?? alert;
const act = (alert: Alert, given: AlertAct): Alert =>
  applyAct(alert, given, { atEpochMs: at, actor: person("ada"), seenRev: alert.rev }).alert;
const plan = (alert: Alert, call: Call | null = null, told: string[] = []) =>
  planDeliveries(alert, names, document, { call, channels: told }, at);
const document = channels();
const called = { rev: 1, ended: false, over: false };

test("a raised alert calls its channels and begins its policies", () => {
  expect(plan(opened)).toEqual({
    ...{ tell: [{ kind: "call", channels: ["ada-mail", "room"] }], policies: ["on-call"], call: called },
  });
  expect(plan(opened, called)).toEqual({ tell: [], policies: [], call: called });
});

test("that it is over is told to who was told that it calls, and wants to know", () => {
  const over = on(opened, clear);
  expect(plan(over, called, ["ada-mail", "room"])).toEqual({
    ...{ tell: [{ kind: "over", channels: ["ada-mail"] }], policies: [], call: { ...called, over: true } },
  });
  expect(plan(over, called).tell).toEqual([{ kind: "over", channels: [] }]);
  expect(plan(act(over, acknowledge), { ...called, over: true }).call).toBeNull();
});

test("acknowledged, shelved or suppressed, it calls nobody any more; the end of a hold calls anew", () => {
  const ended = { ...called, ended: true };
  expect(plan(act(opened, acknowledge), called)).toEqual({
    ...{ tell: [{ kind: "acknowledged", channels: [] }], policies: [], call: ended },
  });
  const shelved = act(opened, { kind: "shelve", mode: "timed", untilEpochMs: at + 1_000, note: "x" });
  expect(plan(shelved, called)).toEqual({ tell: [], policies: [], call: ended });
  expect(plan(act(shelved, { kind: "unshelve", note: "x" }), ended).policies).toEqual(["on-call"]);
  expect(plan(on(opened, { kind: "suppress", suppressedBy: offline }), called).call).toEqual(ended);
  expect(plan(openAlert("a", { ...breach, suppressedBy: offline }, by).alert).call).toBeNull();
});

test("what called, was suppressed, and ended with its cause calls nobody anew, but is told to be over, and still wants to be acknowledged", () => {
  const over = on(on(opened, { kind: "suppress", suppressedBy: offline }), clear);
  const resting = { ...called, over: true };
  expect(plan(over, { ...called, ended: true }, ["ada-mail", "room"])).toEqual({
    ...{ tell: [{ kind: "over", channels: ["ada-mail"] }], policies: [], call: resting },
  });
  expect(plan(over, resting)).toEqual({ tell: [], policies: [], call: resting });
  expect(plan(act(over, acknowledge), resting)).toMatchObject({
    tell: [{ kind: "acknowledged" }],
    call: null,
  });
});

test("acknowledged, calling anew, and suppressed: that somebody acknowledged is not told once more", () => {
  const seen = act(opened, acknowledge);
  const again = on(on(on(seen, { kind: "suppress", suppressedBy: offline }), { kind: "unsuppress" }), clear);
  const told = plan(again, { ...called, ended: true }, ["ada-mail"]);
  expect(told.tell).toMatchObject([{ kind: "over" }]);
  const held = on(again, { kind: "suppress", suppressedBy: offline });
  expect(plan(held, told.call, ["ada-mail"]).tell).toEqual([]);
});

test("a note tells nobody; one raised again while nobody has seen it calls again", () => {
  expect(plan(act(opened, { kind: "note", note: "x" }), called)).toEqual({
    tell: [],
    policies: [],
    call: called,
  });
  const again = on(on(opened, clear), { kind: "raise", ...breach, breachedAtEpochMs: 1 });
  expect(plan(again, { ...called, over: true })).toMatchObject({
    ...{ tell: [{ kind: "call" }], policies: ["on-call"], call: { rev: again.rev } },
  });
});

const happening = fc.oneof(
  fc.constantFrom<AlertEvent>(
    clear,
    { kind: "raise", ...breach, breachedAtEpochMs: 1 },
    { kind: "suppress", suppressedBy: offline },
    { kind: "unsuppress" },
  ),
  fc.constantFrom<AlertAct>(
    acknowledge,
    { kind: "shelve", mode: "timed", untilEpochMs: at + 1_000, note: "x" },
    { kind: "unshelve", note: "x" },
    { kind: "take-out-of-service", note: "x" },
    { kind: "return-to-service", note: "x" },
  ),
);

function happen(alert: Alert, what: AlertEvent | AlertAct): Alert {
  if (!isOpen(alert)) return alert;
  if (["raise", "clear", "suppress", "unsuppress"].includes(what.kind)) return on(alert, what as AlertEvent);
  try {
    return act(alert, what as AlertAct);
  } catch {
    return alert;
  }
}

type Look = { readonly alert: Alert; readonly call: Call | null; readonly kinds: readonly string[] };

/** Looks at an alert after some happenings, and tells what there is to tell. */
function look({ alert: before, call, kinds }: Look, span: readonly (AlertEvent | AlertAct)[]): Look {
  const alert = span.reduce(happen, before);
  const next = plan(alert, call, ["ada-mail"]);
  expect(plan(alert, next.call, ["ada-mail"]).tell).toEqual([]);
  expect(next.call !== null && !next.call.ended).toBe(alert.unacknowledged && !isHeld(alert));
  return { alert, call: next.call, kinds: [...kinds, ...next.tell.map(({ kind }) => kind)] };
}

test("whatever happens, and however much of it between two looks: who is to be called is, and each call has one end", () => {
  const spans = fc.array(fc.array(happening, { maxLength: 4 }), { maxLength: 12 });
  fc.assert(
    fc.property(spans, (given) => {
      const { alert, call, kinds } = given.reduce(look, { alert: opened, call: null, kinds: [] });
      const [before, ...calls] = kinds
        .join(" ")
        .split("call")
        .map((told) => told.trim());
      expect(before).toBe("");
      // The last one: acknowledged, let go after its cause, over in the same moment, and acknowledged again.
      const whole = ["", "over", "acknowledged", "over acknowledged", "acknowledged over"];
      for (const told of calls) expect([...whole, "acknowledged over acknowledged"]).toContain(told);
      if (!isOpen(alert)) expect(call).toBeNull();
      if (!isOpen(alert) && calls.length > 0) expect(calls.at(-1)).toContain("over");
    }),
    { numRuns: 1_000 },
  );
});

test("routes go by site, each name once, and names that nobody has are found", () => {
  const routed = rule({
    routing: [{ channels: ["a", "b"] }, { channels: ["b", "c"], sites: ["north"] }],
  });
  expect(routeNames(routed, { site: "north" })).toEqual(["a", "b", "c"]);
  expect(routeNames(routed, { site: "south" })).toEqual(["a", "b"]);
  expect(routeNames(routed, {})).toEqual(["a", "b"]);
  expect(unknownRoutes(channels(), [...names, "duty", "c"])).toEqual(["c"]);
});

test("routing that leads nowhere is named by rule, each name once", () => {
  const routing = [
    { channels: ["ada-mail", "gone", "duty"] },
    { channels: ["on-call", "gone", "away"], sites: ["north"] },
  ];
  const rules = [rule({ id: "routed", routing }), rule({ id: "sound", routing: [{ channels: ["room"] }] })];
  expect(routingFaults(rules, channels())).toEqual([
    { place: "rules.routed.routing", fault: "there is no channel, schedule or policy gone" },
    { place: "rules.routed.routing", fault: "there is no channel, schedule or policy away" },
  ]);
});

test("channels that no rule leads to are named, but not those behind a schedule or a policy", () => {
  const routed = (...names: string[]) => [rule({ routing: [{ channels: names }] })];
  expect(idleChannels([rule({ routing: [] })], channels())).toEqual(["ada-mail", "bob-mail", "desk", "room"]);
  expect(idleChannels(routed("duty"), channels())).toEqual(["desk"]);
  expect(idleChannels(routed("on-call", "desk"), channels())).toEqual([]);
  expect(idleChannels(routed("room", "gone"), channels())).toEqual(["ada-mail", "bob-mail", "desk"]);
});
