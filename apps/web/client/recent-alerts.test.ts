import { expect, test } from "vitest";
import { alert } from "./alert.fixture.ts";
import { RecentAlerts } from "./recent-alerts.ts";

test("what is told once more, as when it is recorded, is no news; a later revision is", () => {
  const recent = new RecentAlerts();
  const [first, second] = [alert("a"), alert("b")];
  expect(recent.note([first, first, second], 1_000)).toEqual([first, second]);
  expect(recent.note([first], 1_010)).toEqual([]);
  const returned = { ...first, rev: first.rev + 1 };
  expect(recent.note([returned, second], 1_020)).toEqual([returned]);
  expect(recent.since(1_020)).toEqual([second, returned]);
});

test("what was pushed longer ago than an answer takes is forgotten", () => {
  const recent = new RecentAlerts();
  recent.note([alert("a")], 1_000);
  recent.note([alert("b")], 17_000);
  expect(recent.since(17_000).map(({ id }) => id)).toEqual(["b"]);
});
