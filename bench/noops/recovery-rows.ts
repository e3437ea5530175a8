import { figure, median, quantile, type Row } from "../report.ts";
import type { ReadyLine } from "./ready-line.ts";

/** What the start of a successor went to, ms. */
export type StartParts = Readonly<{
  /** From the kill until the supervisor had seen the death and the successor had begun. */
  begunMs: number;
  /** Until it had loaded what every worker needs. */
  loadedMs: number;
  /** Until its connections and its services were there, with what those alone load. */
  openedMs: number;
}>;

/** How long something was away after a kill -9. */
export type Recovery = Readonly<{
  /** The process, or the service of a spare one. */
  name: string;
  tookMs: number;
  /** null where it is no worker, and does not say it. */
  parts: StartParts | null;
}>;

/** null where who wrote `line` does not tell how long it took. */
export function startParts(
  { time, loadedMs, readyMs }: ReadyLine,
  killedAtEpochMs: number,
): StartParts | null {
  if (loadedMs === undefined || readyMs === undefined) return null;
  return { begunMs: time - readyMs - killedAtEpochMs, loadedMs, openedMs: readyMs - loadedMs };
}

/** All kills together in the row `row`, then each name by itself in `row` with that name. @param what is measured, for the first row's note */
export function recoveryRows(
  row: string,
  found: readonly Recovery[],
  { aim, what }: Readonly<{ aim?: string; what: string }>,
): Row[] {
  if (found.length === 0) return [];
  const all = rowOf(row, found, { ...(aim === undefined ? {} : { aim }), note: `${what}; ` });
  const byName = Map.groupBy(found, ({ name }) => name);
  const each = [...byName].map(([name, some]) => rowOf(`${row}-${name}`, some, { note: "" }));
  return [all, ...each];
}

function rowOf(
  row: string,
  some: readonly Recovery[],
  { note, ...more }: Pick<Row, "aim"> & { note: string },
) {
  const took = some.map(({ tookMs }) => tookMs);
  const told = [`n ${some.length}`, `p50 ${Math.round(quantile(took, 0.5))}`, ...partsOf(some)];
  return figure(row, "ms", [quantile(took, 0.99)], { ...more, note: `${note}${told.join(", ")}` });
}

/** What the starts of workers went to, by medians. */
function partsOf(some: readonly Recovery[]): string[] {
  const parts = some.flatMap((one) => one.parts ?? []);
  // Of workers and others together they would be nobody's.
  if (parts.length === 0 || parts.length < some.length) return [];
  const ms = (part: (one: StartParts) => number): number => Math.round(median(parts.map(part)));
  return [
    `until begun anew ${ms(({ begunMs }) => begunMs)}`,
    `modules of every worker ${ms(({ loadedMs }) => loadedMs)}`,
    `its services' and connections ${ms(({ openedMs }) => openedMs)}`,
  ];
}
