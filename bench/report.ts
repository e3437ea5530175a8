import { execFile } from "node:child_process";
import { availableParallelism, cpus, totalmem } from "node:os";
import { promisify } from "node:util";

/** One measured figure. `ratio` = ours / baseline; `aim` is what we want of the ratio, or of `ours` without one. */
export type Row = {
  readonly row: string;
  readonly ours: number;
  readonly baseline?: number;
  readonly ratio?: number;
  readonly unit: string;
  readonly aim?: string;
  /** What the baseline is, or what else a reader must know. */
  readonly note?: string;
};

/** `faults` names every wrong count; one is enough to fail the bench. */
export type Outcome = { readonly rows: readonly Row[]; readonly faults: readonly string[] };

export type Report = {
  readonly bench: string;
  readonly ok: boolean;
  readonly rows: readonly Row[];
  readonly faults: readonly string[];
  readonly machine: {
    readonly cores: number;
    readonly cpu: string;
    readonly memoryGiB: number;
    readonly node: string;
  };
  readonly commit: string;
};

export async function finishReport(bench: string, { rows, faults }: Outcome): Promise<Report> {
  return {
    bench,
    ok: faults.length === 0,
    rows,
    faults,
    machine: {
      cores: availableParallelism(),
      cpu: cpus()[0]?.model ?? "unknown",
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
    commit: await commit(),
  };
}

/** A row that compares: both sides are medians of what was measured in turn. */
export function compare(
  row: string,
  unit: string,
  ours: readonly number[],
  baseline: readonly number[],
  more: Pick<Row, "aim" | "note">,
): Row {
  const [a, b] = [median(ours), median(baseline)];
  return { row, ours: round(a), baseline: round(b), ratio: round(a / b), unit, ...more };
}

export function figure(
  row: string,
  unit: string,
  ours: readonly number[],
  more: Pick<Row, "aim" | "note">,
): Row {
  return { row, ours: round(median(ours)), unit, ...more };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** The value below which the share `q` (0-1) lies, by nearest rank. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

export function printTable(report: Report): string {
  const cells = report.rows.map((row) => [
    row.row,
    String(row.ours),
    row.baseline === undefined ? "" : String(row.baseline),
    row.ratio === undefined ? "" : row.ratio.toFixed(2),
    row.unit,
    row.aim ?? "",
    row.note ?? "",
  ]);
  const table = [["", "ours", "baseline", "ratio", "unit", "aim", ""], ...cells];
  const widths = table[0]?.map((_, i) => Math.max(...table.map((line) => line[i]?.length ?? 0))) ?? [];
  const lines = table.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const verdict = report.ok ? "every count was right" : report.faults.join("\n");
  const { cores, cpu, memoryGiB, node } = report.machine;
  return `${lines.join("\n")}\n\n${verdict}\n${cores} cores (${cpu}), ${memoryGiB} GiB, Node ${node}, commit ${report.commit}\n`;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

async function commit(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("git", ["rev-parse", "--short", "HEAD"]);
    return stdout.trim();
  } catch {
    return "unknown";
  }
}
