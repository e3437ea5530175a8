import { expect, test } from "vitest";
import { alert } from "../../client/alert.fixture.ts";
import { cursorAt, nextBeside, rowsOf, settleCursor } from "./rows.ts";

const alerts = ["a", "b", "c"].map((id) => alert(id));

test("a heading stands wherever the state changes", () => {
  const rows = rowsOf([alert("a"), alert("b"), alert("c", { state: "acknowledged" })]);
  expect(rows.map((row) => (row.kind === "heading" ? row.state : row.alert.id))).toEqual([
    ...["active-unacknowledged", "a", "b", "acknowledged", "c"],
  ]);
});

test("the cursor stays with its alert, and where that is gone, with its place", () => {
  expect(settleCursor(null, alerts)).toEqual({ id: "a", index: 0 });
  expect(settleCursor({ id: "b", index: 0 }, alerts)).toEqual({ id: "b", index: 1 });
  expect(settleCursor({ id: "gone", index: 1 }, alerts)).toEqual({ id: "b", index: 1 });
  expect(settleCursor({ id: "gone", index: 9 }, alerts)).toEqual({ id: "c", index: 2 });
  expect(settleCursor({ id: "a", index: 0 }, [])).toBeNull();
  expect(cursorAt(alerts, -1)).toEqual({ id: "a", index: 0 });
});

test("after an act it goes on below, then above, past all that were seen to", () => {
  const at = (id: string, ...seenTo: string[]) =>
    nextBeside({ id, index: alerts.findIndex((one) => one.id === id) }, alerts, new Set(seenTo))?.id;
  expect(at("a", "a")).toBe("b");
  expect(at("a", "a", "b")).toBe("c");
  expect(at("c", "c", "b")).toBe("a");
  expect(at("b", "a")).toBe("b");
  expect(at("b", "a", "b", "c")).toBe("b");
});
