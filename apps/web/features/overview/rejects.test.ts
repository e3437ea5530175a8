import { expect, test } from "vitest";
import { rejectRows, rejectTotal } from "./rejects.ts";

test("the most frequent reason comes first, and equal ones keep their order", () => {
  const rows = rejectRows({ schema: 2, "bad-signature": 8, unsigned: 2, equivocation: 0 });
  expect(rows.map((row) => [row.reason, row.share])).toEqual([
    ...[["bad-signature", 1] as const, ["schema", 0.25] as const, ["unsigned", 0.25] as const],
  ]);
});

test("no rejects are no rows and a total of zero; unknown ones are no number", () => {
  expect([rejectRows({}), rejectTotal({}), rejectTotal(null)]).toEqual([[], 0, null]);
});
