import { expect, test } from "vitest";
import { isTroubled, remarkOf, sinceWords, stagesOf, tookText, wayText } from "./delivery-words.ts";

const delivery = {
  ...{ id: "d", channel: "room", kind: "call" as const, alertId: "a", ruleId: "agent-offline", by: null },
  ...{ message: "m", scope: {}, atEpochMs: 0, attempts: 1, fault: "", dueAtEpochMs: 3_600_000 },
  ...{
    endedAtEpochMs: null,
    tookMs: null,
    recipient: "",
    breachedAtEpochMs: null,
    raisedAtEpochMs: 0,
    step: 0,
  },
};

test("a delivery says what comes next, or why it came to nothing", () => {
  expect(remarkOf({ ...delivery, state: "waiting" }, "utc", 0)).toBe("");
  expect(remarkOf({ ...delivery, state: "waiting", fault: "no answer" }, "utc", 0)).toBe(
    "no answer; tried again at 01:00:00",
  );
  expect(remarkOf({ ...delivery, state: "waiting", fault: "no answer" }, "utc", 3_600_001)).toBe(
    "no answer; due to be tried again since 01:00:00, when its turn comes",
  );
  expect(remarkOf({ ...delivery, state: "held" }, "utc", 0)).toBe("by maintenance, until 01:00");
  expect(remarkOf({ ...delivery, state: "held" }, "utc", -1)).toBe("by maintenance, until Thu 1 Jan, 01:00");
  expect(remarkOf({ ...delivery, state: "failed", fault: "gone" }, "utc", 0)).toBe("gone");
});

test("of a call that was sent, breach, raise and sending are told apart; the time is counted from the raise", () => {
  const sent = {
    ...delivery,
    state: "sent" as const,
    breachedAtEpochMs: 0,
    raisedAtEpochMs: 61_000,
    tookMs: 42,
  };
  expect(stagesOf(sent, "utc", 70_000)).toBe(
    "breach 00:00:00, raised 1 min 1 s later, sent 42 ms after that",
  );
  expect(stagesOf({ ...sent, step: 1 }, "utc", 70_000)).toMatch(
    /after that, as step 2: nobody had acknowledged$/,
  );
  expect(stagesOf({ ...sent, kind: "over" }, "utc", 0)).toBe("");
  expect(stagesOf({ ...sent, breachedAtEpochMs: null }, "utc", 0)).toBe("");
  expect((["call", "test", "over"] as const).map((kind) => sinceWords({ kind }))).toEqual([
    ...["after the raise", "after it was asked for", "after it happened"],
  ]);
});

test("trouble is what was given up or has failed so far", () => {
  expect(isTroubled({ state: "failed", fault: "gone" })).toBe(true);
  expect(isTroubled({ state: "waiting", fault: "no answer" })).toBe(true);
  expect(isTroubled({ state: "waiting", fault: "" })).toBe(false);
  expect(isTroubled({ state: "sent", fault: "" })).toBe(false);
});

test("how long it took has its unit, and is a dash before the end", () => {
  expect([null, 8.4, 840, 61_000].map((tookMs) => tookText({ tookMs }))).toEqual([
    ...["–", "8.4 ms", "840 ms", "1 min 1 s"],
  ]);
});

test("which of a channel's browsers was told is said with the channel", () => {
  expect(wayText({ channel: "duty-mail", recipient: "" })).toBe("duty-mail");
  const recipient = "1a2b3c4d-7a00-4000-8000-000000000001";
  expect(wayText({ channel: "browsers", recipient })).toBe("browsers 1a2b3c4d");
});
