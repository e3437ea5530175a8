import { expect, test } from "vitest";
import { timeMarks } from "./time-marks.ts";

const labels = (minutes: number): string[] => timeMarks(minutes).map(({ label }) => label);

test("times are marked by hours or days, from the begin on, and never closely", () => {
  expect(labels(30)).toEqual(["0 h"]);
  expect(labels(6 * 60)).toEqual(["0 h", "1 h", "2 h", "3 h", "4 h", "5 h", "6 h"]);
  expect(labels(24 * 60).slice(0, 3)).toEqual(["0 h", "3 h", "6 h"]);
  expect(labels(7 * 24 * 60).at(-1)).toBe("168 h");
  expect(labels(10 * 24 * 60)).toEqual(Array.from({ length: 11 }, (_, day) => `${day} d`));
  for (const days of [20, 60, 400]) expect(labels(days * 24 * 60).length).toBeLessThanOrEqual(15);
  expect(timeMarks(120)).toEqual([
    { minute: 0, label: "0 h" },
    { minute: 60, label: "1 h" },
    { minute: 120, label: "2 h" },
  ]);
});
