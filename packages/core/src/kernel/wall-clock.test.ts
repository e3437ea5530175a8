import { expect, test } from "vitest";
import { isTimeZone, wallClock } from "./wall-clock.ts";

const at = (when: string, timeZone = "Europe/Berlin") => wallClock(timeZone, Date.parse(when));

test("a wall's clock goes by its zone, over midnight, and Sunday is the seventh day", () => {
  const utc = { minuteOfDay: 1_410, weekday: 6, dayOfMonth: 31 };
  expect(at("2026-10-31T23:30:00Z", "UTC")).toEqual(utc);
  expect(at("2026-10-31T23:30:00Z")).toEqual({ minuteOfDay: 30, weekday: 7, dayOfMonth: 1 });
  expect(at("2026-10-31T23:30:00Z", "Asia/Kolkata")).toEqual({ minuteOfDay: 300, weekday: 7, dayOfMonth: 1 });
});

test("in spring it jumps over an hour, in autumn it shows one twice", () => {
  const minutes = (...moments: string[]) => moments.map((when) => at(when).minuteOfDay);
  expect(minutes("2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z")).toEqual([119, 180]);
  expect(minutes("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z")).toEqual([
    150, 150, 180,
  ]);
});

test.each(["Europe/Berlin", "Asia/Kolkata", "UTC"])("%s is a time zone", (zone) => {
  expect(isTimeZone(zone)).toBe(true);
});

test.each(["Europe/Berlim", "Berlin", "+02:00", ""])("'%s' is none", (zone) => {
  expect(isTimeZone(zone)).toBe(false);
});
