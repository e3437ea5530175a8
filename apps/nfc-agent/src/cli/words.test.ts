import { expect, it } from "vitest";
import { ageText, bytesText, counted, tableText } from "./words.ts";

it("says sizes, ages and counts in the unit that fits", () => {
  expect([0, 1023, 1536, 256 * 1024 * 1024].map(bytesText)).toEqual([
    "0 B",
    "1023 B",
    "1.5 KiB",
    "256.0 MiB",
  ]);
  const hour = 3_600_000;
  expect([0, 40_000, hour, 5 * hour, 80 * hour].map(ageText)).toEqual([
    "0 s",
    "40 s",
    "60 min",
    "5 h",
    "3 days",
  ]);
  expect([counted(1, "tap"), counted(0, "tap")]).toEqual(["1 tap", "0 taps"]);
});

it("sets a table with numbers to the right and no blanks at the end", () => {
  expect(
    tableText([
      ["seq", "reader"],
      [7, "door"],
      [10, ""],
    ]),
  ).toBe("seq  reader\n  7  door\n 10\n");
});
