import { InvalidArgumentError } from "commander";

/** Forms of options and arguments: each takes what was typed, and throws InvalidArgumentError where it does not fit. */

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "10m", "90s", "2h" in ms. */
export function durationMs(text: string): number {
  const [, digits = "", unit = ""] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  const unitMs = unitsMs[unit];
  if (unitMs === undefined)
    throw new InvalidArgumentError("It is not a span of time: write it as in 90s, 10m or 2h.");
  return Number(digits) * unitMs;
}

/** A whole number from 0 on. */
export function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is not a whole number.");
}

/** A whole number from 0 on as large as epochs, which are moments in ms. */
export function largeNumber(text: string): number {
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new InvalidArgumentError("It is not a whole number.");
}

/** Whole numbers with commas between them. */
export function wholeNumbers(text: string): number[] {
  return text.split(",").map((one) => wholeNumber(one.trim()));
}

/** Places of a log, "100-199", both included, as the range from `start` up to `end`, not included. */
export function placeRange(text: string): { readonly start: number; readonly end: number } {
  const [, first = "", last = ""] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  if (first !== "" && Number(first) <= Number(last)) return { start: Number(first), end: Number(last) + 1 };
  throw new InvalidArgumentError("It is not a range: write it as in 100-199.");
}

/** A day, "2026-11-24". */
export function day(text: string): string {
  const epochMs = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(epochMs) && new Date(epochMs).toISOString().startsWith(text)) return text;
  throw new InvalidArgumentError("It is not a day: write it as in 2026-11-24.");
}

/** The archive's folder of a day, "2026/11/24", from "2026-11-24". */
export function dayFolder(text: string): string {
  return day(text).replaceAll("-", "/");
}

/** A number from 0 to 1. */
export function ratio(text: string): number {
  if (/^(0(\.\d{1,9})?|1(\.0{1,9})?)$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is not a number from 0 to 1.");
}

/** A moment, ISO 8601, as epoch ms. */
export function moment(text: string): number {
  const epochMs = Date.parse(text);
  if (!Number.isNaN(epochMs)) return epochMs;
  throw new InvalidArgumentError("It is not a time: write it as in 2026-11-23T12:00:00Z.");
}

/** A reason. It must say something. */
export function saysSomething(reason: string): string {
  if (reason.trim() !== "") return reason;
  throw new InvalidArgumentError(
    "It is empty: say why, since it is what the audit log will tell of this act.",
  );
}
