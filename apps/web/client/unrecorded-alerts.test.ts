import { expect, test } from "vitest";
import { alert } from "./alert.fixture.ts";
import { UnrecordedAlerts } from "./unrecorded-alerts.ts";

test("alerts wait from when they were first told as not recorded, until they are recorded or news was missed", () => {
  const unrecorded = new UnrecordedAlerts();
  unrecorded.note([alert("a"), alert("b")], false, 0);
  unrecorded.note([alert("a", { rev: 2 })], false, 4_000);
  unrecorded.note([alert("c")], true, 4_000);
  expect([unrecorded.waiting(5_000), unrecorded.waiting(5_001)]).toEqual([0, 2]);
  unrecorded.note([alert("a", { rev: 2 })], true, 6_000);
  expect(unrecorded.waiting(9_000)).toBe(1);
  unrecorded.forget();
  expect(unrecorded.waiting(9_000)).toBe(0);
});
