import { expect, test } from "vitest";
import { breach, offline, person, watch } from "./alert.fixture.ts";
import { applyAct, applyEvent, entryOf, openAlert } from "./index.ts";

const id = "019a0000-0000-7000-8000-000000000001";
const { alert, transition } = openAlert(id, breach, { atEpochMs: 5, actor: watch });
const entryId = "019a0000-0000-7000-8000-000000000009";
const context = { atEpochMs: 6, actor: person("ada"), seenRev: 1 };
const shelve = { kind: "shelve", mode: "timed", untilEpochMs: 1_000, note: "works" } as const;
const shelved = applyAct(alert, shelve, context).alert;
const out = applyAct(alert, { kind: "take-out-of-service", note: "gone" }, context).alert;
const again = { ...context, seenRev: 2 };

test("an entry says of a step who did what, what it changed, and by which values", () => {
  expect(entryOf({ alert, transition }, entryId)).toEqual({
    ...{ version: 2, id: entryId, atEpochMs: 5, actor: watch },
    ...{ action: "alert.raised", subject: `alert/${id}`, reason: null, traceId: null },
    facts: {
      ...{ rule: "rejects-high", scope: "site=a", severity: "warning", rev: 1, value: 12, limit: 10 },
      release: breach.release,
    },
    after: { state: "active-unacknowledged" },
  });
});

test.each([
  ["alert.returned", applyEvent(alert, { kind: "clear", value: 1, peakValue: 9, note: null }, context)],
  ["alert.suppressed", applyEvent(alert, { kind: "suppress", suppressedBy: offline }, context)],
  ["alert.unsuppressed", applyEvent({ ...alert, suppressedBy: offline }, { kind: "unsuppress" }, context)],
  ["alert.shelf-expired", applyEvent(shelved, { kind: "tick" }, { ...context, atEpochMs: 2_000 })],
  ["alert.acknowledged", applyAct(alert, { kind: "acknowledge", note: null }, context)],
  ["alert.noted", applyAct(alert, { kind: "note", note: "look" }, context)],
  ["alert.shelved", applyAct(alert, shelve, context)],
  ["alert.unshelved", applyAct(shelved, { kind: "unshelve", note: "done" }, again)],
  ["alert.taken-out-of-service", applyAct(alert, { kind: "take-out-of-service", note: "x" }, context)],
  ["alert.returned-to-service", applyAct(out, { kind: "return-to-service", note: "y" }, again)],
])("%s", (action, step) => {
  if (step === null) throw new Error("no step");
  const entry = entryOf(step, entryId);
  expect(entry).toMatchObject({ action, actor: person("ada"), subject: `alert/${id}` });
  expect(entry.before?.state).toBe(step.transition.from);
  expect(entry.after?.state).toBe(step.alert.state);
});
