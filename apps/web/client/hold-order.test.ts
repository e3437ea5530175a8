import { expect, test } from "vitest";
import { holdOrder } from "./hold-order.ts";

const row = (key: string, text = key) => ({ key, text });
const shown = (...rows: ReturnType<typeof row>[]) => rows.map((one) => ({ ...one, isGone: false }));

test("rows stay where they are while they are held, and say what holds now", () => {
  const held = holdOrder(shown(row("a"), row("b")), [row("b", "worse"), row("a")]);
  expect(held).toEqual([
    { key: "a", text: "a", isGone: false },
    { key: "b", text: "worse", isGone: false },
  ]);
});

test("what is gone keeps its place, marked, and what is new comes behind, however bad it is", () => {
  const held = holdOrder(shown(row("a"), row("b")), [row("new"), row("b")]);
  expect(held.map(({ key, isGone }) => [key, isGone])).toEqual([
    ["a", true],
    ["b", false],
    ["new", false],
  ]);
  const back = holdOrder(held, [row("a"), row("b"), row("new")]);
  expect(back.map(({ key, isGone }) => [key, isGone])).toEqual([
    ["a", false],
    ["b", false],
    ["new", false],
  ]);
});
