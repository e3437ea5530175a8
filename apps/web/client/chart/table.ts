import * as strings from "../../strings/generated/client/chart/table.ts";

/** What a chart draws, as a table: a row for each step of time. */
export interface ChartTable {
  /** Of what the chart is. */
  name: string;
  columns: readonly {
    name: string;
    /** "" where there is none, as of what is true or not. */
    unit: string;
  }[];
  rows: readonly {
    fromEpochMs: number;
    untilEpochMs: number;
    /** One for each column; `null`: not known. */
    values: readonly (number | boolean | null)[];
    /** The step is still under way. */
    isUnfinished: boolean;
  }[];
}

/** As a file of CSV (RFC 4180): times in UTC (RFC 3339), units in the head, nothing where nothing is known. */
export function chartCsv({ columns, rows }: ChartTable): string {
  const named = columns.map(({ name, unit }) => (unit === "" ? name : `${name} (${unit})`));
  const head = [strings.fromUtc, strings.untilUtc, ...named, "finished"].map(quoted);
  const body = rows.map(({ fromEpochMs, untilEpochMs, values, isUnfinished }) =>
    [timeOf(fromEpochMs), timeOf(untilEpochMs), ...values.map(cellOf), cellOf(!isUnfinished)].join(","),
  );
  return `${[head.join(","), ...body].join("\r\n")}\r\n`;
}

/** What its file is called: of what it is, from when until when in UTC. @param kind such as `csv` */
export function chartFileName({ name, rows }: ChartTable, kind: string): string {
  const from = rows.at(0)?.fromEpochMs;
  const until = rows.at(-1)?.untilEpochMs;
  const times = [from, until].flatMap((epochMs) => (epochMs === undefined ? [] : [shortTimeOf(epochMs)]));
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? ["chart"];
  return `${["tapline", ...words, ...times].join("-")}.${kind}`;
}

const timeOf = (epochMs: number) => new Date(epochMs).toISOString().replace(".000Z", "Z");
/** As in `20261130T0140Z`: files may have no colons in their names everywhere. */
const shortTimeOf = (epochMs: number) =>
  new Date(epochMs)
    .toISOString()
    .replaceAll(/[-:]|:?\d\d\.\d\d\dZ$/g, "")
    .concat("Z");

function cellOf(value: number | boolean | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  return value ? "yes" : "no";
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
