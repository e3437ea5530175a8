import { z } from "zod";
import { isTimeZone, wallClock } from "../../kernel/index.ts";
import { routeName } from "./channel.ts";

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

type Weekday = (typeof weekdays)[number];

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "write a time as in 06:00");

const shiftSchema = z.strictObject({
  /** Days on which it begins. */
  days: z.array(z.enum(weekdays)).min(1),
  /** By the clock on the wall. One that ends no later than it begins ends on the next day. */
  from: clockTime,
  until: clockTime,
  tell: z.array(routeName).min(1),
});

type Shift = z.infer<typeof shiftSchema>;

/** Who is on duty when. */
export const scheduleSchema = z.strictObject({
  name: routeName,
  /** Of the IANA time zone database, as Europe/Berlin. */
  timeZone: z.string().refine(isTimeZone, "is no time zone; write it as in Europe/Berlin"),
  shifts: z.array(shiftSchema).min(1).max(50),
  /** Channels that are told while no shift is on. */
  otherwise: z.array(routeName).min(1),
});

export type Schedule = z.infer<typeof scheduleSchema>;

/** The channels on duty at a moment: of all shifts that are on, else `otherwise`. Never none. */
export function onDuty({ timeZone, shifts, otherwise }: Schedule, atEpochMs: number): readonly string[] {
  const { weekday, minuteOfDay } = wallClock(timeZone, atEpochMs);
  const wall = { day: weekdays[weekday - 1] ?? "mon", minute: minuteOfDay };
  const told = new Set(shifts.filter((shift) => isOn(shift, wall)).flatMap(({ tell }) => tell));
  return told.size > 0 ? [...told] : otherwise;
}

type Wall = { readonly day: Weekday; readonly minute: number };

function isOn({ days, from, until }: Shift, { day, minute }: Wall): boolean {
  const [begin, end] = [minuteOf(from), minuteOf(until)];
  if (begin < end) return days.includes(day) && minute >= begin && minute < end;
  return (days.includes(day) && minute >= begin) || (days.includes(dayBefore(day)) && minute < end);
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

function dayBefore(day: Weekday): Weekday {
  return weekdays.at(weekdays.indexOf(day) - 1) ?? day;
}
