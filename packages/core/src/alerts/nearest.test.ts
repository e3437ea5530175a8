import { expect, test } from "vitest";
import { kpiIds } from "../kpi/index.ts";
import { nearestText } from "./nearest.ts";

const many = Array.from({ length: 500 }, (_, n) => `gym-${n}`);

test("of many names the likely ones are told, three at most, the most alike first", () => {
  expect(nearestText("gim-42", many)).toMatch(/^did you mean gym-42, gym-\d+ or gym-\d+\?$/);
  expect(nearestText("backlog.oldest_m", kpiIds)).toBe("did you mean backlog.oldest_ms?");
  expect(nearestText("nroth", ["south", "north", "default"])).toBe("did you mean north?");
});

test("parts that were cut short are told from others", () => {
  const rules = ["agent-offline", "certificate-ending", "reader-silent", "signature-wrong", "taps-rejected"];
  expect(nearestText("sig-wrong", rules)).toBe("did you mean signature-wrong?");
  expect(nearestText("taps.rejected", kpiIds)).toMatch(/^did you mean taps\.rejected_per_minute/);
});

test("where nothing is like it, few names are told, and of many how many there are", () => {
  expect(nearestText("harbour", many)).toBe("none of the 500 that there are is like it");
  expect(nearestText("harbour", ["north", "south"])).toBe("there are north and south");
  expect(nearestText("x", ["north"])).toBe("there is north");
  expect(nearestText("x", [])).toBe("there is none");
});
