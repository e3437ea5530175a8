import { expect, test } from "vitest";
import { isTroubled, remarkOf, tookText, wayText } from "./delivery-words.ts";

const delivery = {
  ...{ id: "d", channel: "room", kind: "call" as const, alertId: "a", ruleId: "agent-offline", by: null },
  ...{ message: "m", scope: {}, atEpochMs: 0, attempts: 1, fault: "", dueAtEpochMs: 3_600_000 },
  ...{ endedAtEpochMs: null, tookMs: null, recipient: "" },
};

test("a delivery says what comes next, or why it came to nothing", () => {
  expect(remarkOf({ ...delivery, state: "waiting" }, "utc")).toBe("");
  expect(remarkOf({ ...delivery, state: "waiting", fault: "no answer" }, "utc")).toBe(
    "no answer; tried again at 01:00:00",
  );
  expect(remarkOf({ ...delivery, state: "held" }, "utc")).toBe("by maintenance, until 01:00");
  expect(remarkOf({ ...delivery, state: "failed", fault: "gone" }, "utc")).toBe("gone");
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
