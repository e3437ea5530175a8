/** What a clock on a wall shows. */
export type WallClock = {
  /** 0 to 1439. */
  readonly minuteOfDay: number;
  /** ISO 8601: 1 Monday to 7 Sunday. */
  readonly weekday: number;
  readonly dayOfMonth: number;
};

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** The clock on the walls of a time zone, by daylight saving time where that counts. @throws RangeError where `isTimeZone` says no */
export function wallClock(timeZone: string, atEpochMs: number): WallClock {
  const parts = new Intl.DateTimeFormat("en-GB", {
    ...({ timeZone, hourCycle: "h23", weekday: "short", day: "numeric" } as const),
    ...({ hour: "2-digit", minute: "2-digit" } as const),
  }).formatToParts(atEpochMs);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? "";
  return {
    minuteOfDay: Number(part("hour")) * 60 + Number(part("minute")),
    weekday: weekdays.indexOf(part("weekday")) + 1,
    dayOfMonth: Number(part("day")),
  };
}

/** Whether it is a name of the IANA time zone database, as Europe/Berlin: no bare offset, which knows no summer. */
export function isTimeZone(timeZone: string): boolean {
  try {
    return /^[a-z]/i.test(timeZone) && new Intl.DateTimeFormat("en-GB", { timeZone }).format(0) !== "";
  } catch {
    return false;
  }
}
