import { expect, test } from "vitest";
import { timeZoneChoices } from "../../client/time-zone.ts";
import { fieldTime, fieldTimeOf } from "./field-time.ts";

test("a field says a time in the chosen zone, and is read in the same", () => {
  const at = Date.UTC(2026, 10, 29, 14, 3, 7);
  expect(fieldTime(at, "utc")).toBe("2026-11-29T14:03:07");
  for (const zone of timeZoneChoices) expect(fieldTimeOf(fieldTime(at, zone), zone)).toBe(at);
  expect(fieldTimeOf("2026-11-29T14:03", "utc")).toBe(Date.UTC(2026, 10, 29, 14, 3));
  expect(fieldTimeOf("", "utc")).toBeNull();
});
