import fc from "fast-check";
import { expect, test } from "vitest";
import { onDuty, type Schedule, weekdays } from "../index.ts";
import { channels } from "./channels.fixture.ts";

const [duty] = channels().schedules;
const at = (when: string) => onDuty(duty as Schedule, Date.parse(when));

test("who is on duty goes by the clock on the wall there, summer and winter", () => {
  expect(at("2026-11-30T05:59:59+01:00")).toEqual(["bob-mail"]);
  expect(at("2026-11-30T06:00:00+01:00")).toEqual(["ada-mail"]);
  expect(at("2026-11-30T14:00:00+01:00")).toEqual(["bob-mail"]);
  expect(at("2026-07-06T06:00:00+02:00")).toEqual(["ada-mail"]);
  expect(at("2026-07-06T05:30:00+02:00")).toEqual(["bob-mail"]);
});

test("a night shift goes on into the next day, and only from the days on which it begins", () => {
  expect(at("2026-12-04T22:00:00+01:00")).toEqual(["room"]);
  expect(at("2026-12-05T05:59:00+01:00")).toEqual(["room"]);
  expect(at("2026-12-05T06:00:00+01:00")).toEqual(["bob-mail"]);
  expect(at("2026-12-05T22:00:00+01:00")).toEqual(["bob-mail"]);
});

const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([h, m]) => `${String(h).padStart(2, "0")}:${String(m).padStart(2, "0")}`);

test("at every moment somebody is on duty, and two shifts that meet day by day leave no hole and no double", () => {
  const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Chatham");
  const moment = fc.integer({ min: 0, max: 4_000_000_000_000 });
  fc.assert(
    fc.property(time, time, zones, moment, (one, other, timeZone, now) => {
      fc.pre(one !== other);
      const days = [...weekdays];
      const shifts = [
        { days, from: one, until: other, tell: ["a"] },
        { days, from: other, until: one, tell: ["b"] },
      ];
      expect(onDuty({ name: "s", timeZone, shifts, otherwise: ["c"] }, now)).toHaveLength(1);
      expect(onDuty({ name: "s", timeZone, shifts, otherwise: ["c"] }, now)).not.toEqual(["c"]);
      expect(onDuty({ name: "s", timeZone, shifts: [], otherwise: ["c"] }, now)).toEqual(["c"]);
    }),
  );
});
