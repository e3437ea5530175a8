import { expect, test } from "vitest";
import { breach, offline, person, watch } from "./alert.fixture.ts";
import {
  type Alert,
  type AlertAct,
  type AlertEvent,
  alertSchema,
  applyAct,
  applyEvent,
  maxShelfMs,
  openAlert,
} from "./index.ts";

const id = "019a0000-0000-7000-8000-000000000001";
const startEpochMs = 1_000_000;
const hour = 3_600_000;
const raise: AlertEvent = { kind: "raise", ...breach, breachedAtEpochMs: 5 };
/** The breach that opened the alert. */
const told: AlertEvent = { kind: "raise", ...breach };
const clear: AlertEvent = { kind: "clear", value: 3, peakValue: 40, note: null };
const tick: AlertEvent = { kind: "tick" };
const suppress: AlertEvent = { kind: "suppress", suppressedBy: offline };
const unsuppress: AlertEvent = { kind: "unsuppress" };
const ack: AlertAct = { kind: "acknowledge", note: null };
const out: AlertAct = { kind: "take-out-of-service", note: "reader removed" };
const back: AlertAct = { kind: "return-to-service", note: "reader is back" };
const unshelve: AlertAct = { kind: "unshelve", note: "done" };
const shelve = (mode: "timed" | "one-shot", untilEpochMs = startEpochMs + hour): AlertAct => ({
  ...{ kind: "shelve", mode, untilEpochMs, note: "works on the door" },
});

const isSignal = (event: AlertEvent | AlertAct): event is AlertEvent =>
  ["raise", "clear", "suppress", "unsuppress", "tick"].includes(event.kind);

/** An alert that was opened by a raise and lived through `events`; acts are made on what is there. */
function lived(...events: readonly (AlertEvent | AlertAct)[]): Alert {
  return after(openAlert(id, breach, { atEpochMs: startEpochMs, actor: watch }).alert, ...events);
}

function after(alert: Alert, ...events: readonly (AlertEvent | AlertAct)[]): Alert {
  return events.reduce((now, event) => {
    const context = { atEpochMs: now.changedAtEpochMs + 1, actor: person("ada"), seenRev: now.rev };
    return isSignal(event)
      ? (applyEvent(now, event, context)?.alert ?? now)
      : applyAct(now, event, context).alert;
  }, alert);
}

const act = (alert: Alert, what: AlertAct, who: string, seenRev: number) =>
  applyAct(alert, what, { atEpochMs: startEpochMs + 500, actor: person(who), seenRev });

test.each([
  ["a breach calls", [], "active-unacknowledged"],
  ["somebody has seen it", [ack], "acknowledged"],
  ["it ended unseen", [clear], "returned-unacknowledged"],
  ["seen, then ended", [ack, clear], "normal"],
  ["ended, then seen", [clear, ack], "normal"],
  ["it came back before anybody saw it end", [clear, raise], "active-unacknowledged"],
  ["told anew when it is over, it is the same breach still", [clear, told], "returned-unacknowledged"],
  ["told twice, it is the same breach", [ack, raise], "acknowledged"],
  ["shelved", [shelve("timed")], "shelved"],
  ["shelved, the breach over", [shelve("timed"), clear], "shelved"],
  ["a shelf keeps what comes back", [shelve("timed"), clear, raise], "shelved"],
  ["a one-shot shelf ends with its breach", [shelve("one-shot"), clear], "normal"],
  [
    "from the shelf while it stands, it calls anew",
    [ack, shelve("timed"), unshelve],
    "active-unacknowledged",
  ],
  ["from the shelf when all is well", [shelve("timed"), clear, unshelve], "normal"],
  ["a consequence of something else", [suppress], "suppressed"],
  ["its cause is gone, it is not", [ack, suppress, unsuppress], "active-unacknowledged"],
  ["it called, and ended with its cause", [suppress, clear], "returned-unacknowledged"],
  ["seen, and ended with its cause", [ack, suppress, clear], "normal"],
  ["out of service", [out], "out-of-service"],
  ["out of service, whatever comes", [out, clear, raise, suppress], "out-of-service"],
  ["back in service while it stands", [ack, out, back], "active-unacknowledged"],
  ["back in service when all is well", [out, clear, back], "normal"],
  ["of two holds the other one stays", [shelve("timed"), suppress, unsuppress], "shelved"],
] as const)("%s", (_, events, state) => {
  const alert = lived(...events);
  expect(alert.state).toBe(state);
  expect(alert.closedAtEpochMs === null).toBe(state !== "normal");
  expect(alertSchema.parse(alert)).toEqual(alert);
});

test("what is suppressed joins the group of its cause, of which it is not the first; told by a watch of before it stays in its own, where it is the first no more", () => {
  const raised = { ...breach, group: "its own", firstOut: true };
  const first = openAlert(id, raised, { atEpochMs: startEpochMs, actor: watch }).alert;
  expect(after(first, suppress)).toMatchObject({ group: "its own", firstOut: false });
  expect(after(first, { ...suppress, group: "its own" })).toMatchObject({
    group: "its own",
    firstOut: false,
  });
  const joined = after(first, { ...suppress, group: "of the cause" }, unsuppress);
  expect(joined).toMatchObject({ group: "of the cause", firstOut: false, state: "active-unacknowledged" });
});

test("a consequence that was one from the start called nobody, and ends without a word", () => {
  const { alert } = openAlert(id, { ...breach, suppressedBy: offline }, { atEpochMs: 1, actor: watch });
  expect(alert.state).toBe("suppressed");
  expect(after(alert, clear).state).toBe("normal");
  expect(after(alert, unsuppress).state).toBe("active-unacknowledged");
});

test("a shelf ends with its time, and where the clock was put back behind its beginning", () => {
  const alert = lived(shelve("timed"));
  const at = (atEpochMs: number) => applyEvent(alert, tick, { atEpochMs, actor: watch });
  expect(at(startEpochMs + hour - 1)).toBeNull();
  expect(at(startEpochMs + hour)?.alert.state).toBe("active-unacknowledged");
  expect(at(startEpochMs + hour)?.transition.kind).toBe("shelf-expired");
  expect(at(startEpochMs - hour)?.alert.state).toBe("active-unacknowledged");
});

test.each([startEpochMs, startEpochMs + 500 + maxShelfMs + 1])("no shelf until %i", (untilEpochMs) => {
  expect(() => act(lived(), shelve("timed", untilEpochMs), "ada", 1)).toThrow(/next 7 days/);
});

test("the value, its peak and the times are those of the last breach", () => {
  const alert = lived(clear);
  expect(alert).toMatchObject({ value: 3, peakValue: 40, limit: 10, returnedAtEpochMs: startEpochMs + 1 });
  expect(after(alert, { ...raise, value: 20 })).toMatchObject({
    ...{ value: 20, peakValue: 20, occurrences: 2, raisedRev: 3, openedAtEpochMs: startEpochMs },
    ...{ raisedAtEpochMs: startEpochMs + 2, returnedAtEpochMs: null },
  });
});

test("of two who act on the same picture one wins, and the other hears who did what when", () => {
  const seen = lived();
  const won = act(seen, ack, "ada", seen.rev).alert;
  for (const late of [ack, shelve("timed"), out]) {
    expect(() => act(won, late, "bob", seen.rev)).toThrow(
      expect.objectContaining({
        code: "conflict",
        message: `alert ${id} has changed since you looked: acknowledged by operator ada at 1970-01-01T00:16:40.500Z`,
        facts: expect.objectContaining({ refusal: "acted-on-since", by: "ada", lastAct: "acknowledged" }),
      }),
    );
  }
  expect(act(won, shelve("timed"), "bob", won.rev).alert.state).toBe("shelved");
});

test("what the watch did meanwhile stands in nobody's way, unless it is a new breach", () => {
  const seen = lived();
  expect(act(after(seen, clear), ack, "ada", seen.rev).alert.state).toBe("normal");
  expect(() => act(after(seen, clear, raise), ack, "ada", seen.rev)).toThrow(/was raised again at/);
});

test("a note is taken from anybody at any time, and moves nothing", () => {
  const closed = lived(ack, clear);
  const step = act(closed, { kind: "note", note: "door was blocked" }, "bob", 1);
  expect(step.alert).toEqual({ ...closed, rev: closed.rev + 1, changedAtEpochMs: startEpochMs + 500 });
  expect(step.transition).toMatchObject({ kind: "noted", note: "door was blocked", from: "normal" });
});

test.each([
  ["closed", lived(ack, clear), ack, /is closed/],
  ["nothing-to-acknowledge", lived(ack), ack, /calls for nobody; last act: acknowledged by operator ada/],
  ["not-shelved", lived(), unshelve, /is not shelved/],
  ["in-service", lived(), back, /is in service/],
  ["out-of-service", lived(out), out, /out of service already; last act: taken out of service by/],
  ["out-of-service", lived(out), shelve("timed"), /needs no shelf/],
] as const)("refuses by name: %s", (name, alert, what, message) => {
  expect(() => act(alert, what, "bob", alert.rev)).toThrow(message);
  expect(() => act(alert, what, "bob", alert.rev)).toThrow(
    expect.objectContaining({ facts: expect.objectContaining({ refusal: name }) }),
  );
});

test("nobody acts on a revision that is yet to come", () => {
  expect(() => act(lived(), ack, "ada", 2)).toThrow(expect.objectContaining({ code: "invalid-input" }));
});
