import { printable } from "@tapline/core/kernel";

/** Small texts for people. */

/** "1 tap", "2 taps" */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The largest unit of an age that says enough: "40 s", "12 min", "5 h", "3 days". */
export function ageText(ageMs: number): string {
  const seconds = ageMs / 1000;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** "512 B", "1.5 KiB", "256.0 MiB" */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** Columns as wide as their widest cell; numbers stand to the right. */
export function tableText(given: readonly (readonly (string | number)[])[]): string {
  const rows = given.map((row) => row.map((cell) => (typeof cell === "string" ? printable(cell) : cell)));
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => String(row[column] ?? "").length)),
  );
  const cell = (value: string | number, width: number) =>
    typeof value === "number" ? String(value).padStart(width) : value.padEnd(width);
  const line = (row: readonly (string | number)[]) =>
    row
      .map((value, column) => cell(value, widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return `${rows.map(line).join("\n")}\n`;
}
