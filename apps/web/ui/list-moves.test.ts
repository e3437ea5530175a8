import { expect, test } from "vitest";
import { drawnWith, movedTo } from "./list-moves.ts";

const list = { at: 5, count: 100, scroller: null, rowHeight: 40 };

test("keys lead by lines, by what is in sight and to the ends; others lead nowhere", () => {
  expect(["ArrowDown", "ArrowUp", "Home", "End"].map((key) => movedTo(key, list))).toEqual([6, 4, 0, 99]);
  const scroller = { clientHeight: 410 } as HTMLElement;
  expect(movedTo("PageDown", { ...list, scroller })).toBe(14);
  expect(movedTo("PageUp", { ...list, scroller })).toBe(-4);
  expect(movedTo("PageDown", list)).toBe(6);
  expect(movedTo("j", list)).toBeUndefined();
});

test("the line that the list points at is drawn, in its order, wherever the list was scrolled to", () => {
  const range = { startIndex: 20, endIndex: 22, overscan: 1, count: 100 };
  expect(drawnWith(-1)(range)).toEqual([19, 20, 21, 22, 23]);
  expect(drawnWith(21)(range)).toEqual([19, 20, 21, 22, 23]);
  expect(drawnWith(3)(range)).toEqual([3, 19, 20, 21, 22, 23]);
  expect(drawnWith(90)(range)).toEqual([19, 20, 21, 22, 23, 90]);
});
