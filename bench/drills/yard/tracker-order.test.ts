import { expect, test } from "vitest";
import { orderFaults } from "./tracker-order.ts";

const read = (...places: (string | null)[]) => places.map((place) => ({ place }));

test("finds nothing where each tracker's numbers tell the order of reading, wherever the taps stand", () => {
  expect(orderFaults(["t/1/3", "u/1/1", "t/1/1"], read("t/1/1", "u/1/1", null, "t/1/2", "t/1/3"))).toEqual(
    [],
  );
});

test("a copy that was read again counts by the first reading; another life of a tracker is another order", () => {
  expect(orderFaults(["t/1/1", "t/1/2"], read("t/1/1", "t/1/2", "t/1/1"))).toEqual([]);
  expect(orderFaults(["t/1/9", "t/2/1"], read("t/1/9", "t/2/1"))).toEqual([]);
});

test("names two taps whose numbers contradict the order of reading", () => {
  expect(orderFaults(["t/1/1", "t/1/2"], read("t/1/2", "t/1/1"))).toEqual([
    "t/1/1 was read after t/1/2, though it has the smaller number",
  ]);
});
