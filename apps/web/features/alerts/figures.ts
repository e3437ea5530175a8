import type { Alert } from "@tapline/core/alerts";
import { formatAge, formatCount, unknown } from "../../client/format.ts";
import * as strings from "../../strings/generated/alerts/figures.ts";
import { language } from "../../strings/locale.ts";

const precise = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });

/** A value with its unit as the KPI catalogue names it; times and shares as people read them. `null`: not known. */
export function formatFigure(value: number | null, unit: string): string {
  if (value === null) return unknown;
  if (unit === "ms")
    return value < 1000 ? strings.valueMs({ value: precise.format(value) }) : formatDuration(value);
  if (unit === "s") return formatDuration(value * 1000);
  if (unit === "ratio") return `${precise.format(value * 100)} %`;
  if (unit === "bytes") return formatBytes(value);
  const number = Number.isInteger(value) ? formatCount(value) : precise.format(value);
  return `${number} ${unit}`;
}

/** A limit is mostly a round one: "1 min" rather than "1 min 0 s". */
export function formatDuration(ms: number): string {
  return formatAge(ms).replace(/(\D) 0 (?:s|min|h)$/, "$1");
}

const byteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(1, bytes)) / 10), byteUnits.length - 1);
  return `${precise.format(bytes / 1024 ** power)} ${byteUnits[power]}`;
}

/** An alert's value against its limit, such as `92 s / 60 s`; of when `momentOf` says. */
export function figuresOf({ value, limit, unit }: Pick<Alert, "value" | "limit" | "unit">): string {
  if (value === null && limit === null) return "";
  return `${formatFigure(value, unit)} / ${formatFigure(limit, unit)}`;
}

/** Of when the value is: it stands as it was, whatever has become of it since. */
export const momentOf = ({ active }: Pick<Alert, "active">): string =>
  active ? strings.whenRaised : strings.onReturn;
