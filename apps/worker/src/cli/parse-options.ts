import { TaplineError } from "@tapline/core/kernel";
import { z } from "zod";

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "10m", "90s", "2h" in ms. @throws TaplineError `invalid-input` */
export function durationMs(text: string): number {
  const [, digits = "", unit = ""] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  const unitMs = unitsMs[unit];
  if (unitMs === undefined)
    throw new TaplineError("invalid-input", `"${text}" is not a span of time`, {
      remedy: "Write it as in 90s, 10m or 2h.",
    });
  return Number(digits) * unitMs;
}

/** A whole number from 0 on. @throws TaplineError `invalid-input` naming the option */
export function wholeNumber(text: string, option: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new TaplineError("invalid-input", `${option} "${text}" is not a whole number`);
}

/** The archive's folder of a day, `YYYY/MM/DD`, from "2026-11-24". @throws TaplineError `invalid-input` naming the option */
export function dayFolder(text: string, option: string): string {
  if (z.iso.date().safeParse(text).success) return text.replaceAll("-", "/");
  throw new TaplineError("invalid-input", `${option} "${text}" is not a day`, {
    remedy: "Write it as in 2026-11-24.",
  });
}

/** A number from 0 to 1. @throws TaplineError `invalid-input` naming the option */
export function ratio(text: string, option: string): number {
  if (/^(0(\.\d{1,9})?|1(\.0{1,9})?)$/.test(text)) return Number(text);
  throw new TaplineError("invalid-input", `${option} "${text}" is not a number from 0 to 1`);
}

/** A span in words of one unit, as in "3 min". */
export function spanText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}
